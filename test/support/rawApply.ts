import { request } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";

/** What an API server answers. */
export interface RawAnswer {
  status: number;
  body: string;
  warnings: string[];
}

/** Applies an object as it stands, by server-side apply: the Kubernetes client drops fields that it does not know. */
export async function rawApply(config: KubeConfig, path: string, object: object): Promise<RawAnswer> {
  const options = { method: "PATCH", headers: { "Content-Type": "application/apply-patch+yaml" }, timeout: 30_000 };
  await config.applyToHTTPSOptions(options);
  const url = new URL(path, config.getCurrentCluster()?.server);
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const { statusCode: status = 0, headers } = response;
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const warnings = headers.warning === undefined ? [] : [headers.warning].flat();
        resolve({ status, body: Buffer.concat(chunks).toString(), warnings });
      });
    });
    sent.on("timeout", () => sent.destroy(new Error("the API server does not answer")));
    sent.on("error", reject);
    sent.end(JSON.stringify(object));
  });
}
