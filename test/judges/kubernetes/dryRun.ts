import { request } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Verdict } from "../judges";
import type { Manifest } from "./manifests";

/** Where the API has the kinds that are deployed: their plurals, and whether they belong to a namespace. */
const PLURALS: Record<string, string> = {
  Deployment: "deployments",
  StatefulSet: "statefulsets",
  Service: "services",
  ServiceAccount: "serviceaccounts",
  Secret: "secrets",
  NetworkPolicy: "networkpolicies",
  Ingress: "ingresses",
  HorizontalPodAutoscaler: "horizontalpodautoscalers",
  PodDisruptionBudget: "poddisruptionbudgets",
  ResourceQuota: "resourcequotas",
  LimitRange: "limitranges",
};

/**
 * Lets a cluster's API server take an object without keeping it, as strictly as it can.
 * @returns why it refuses it, and what it warns of: deprecated fields, and pods that the namespace would refuse
 */
export async function dryRun(config: KubeConfig, manifest: Manifest): Promise<Verdict[]> {
  const { apiVersion, kind, metadata } = manifest;
  const plural = PLURALS[kind];
  if (plural === undefined) throw new Error(`${kind} is no kind whose path is known here`);
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const query = new URLSearchParams({ dryRun: "All", fieldManager: "judge", fieldValidation: "Strict" });
  const path = `${root}/namespaces/${metadata.namespace}/${plural}/${metadata.name}?${query}`;
  const { status, body, warnings } = await send(config, path, JSON.stringify(manifest));
  const file = `${kind}/${metadata.name}`;
  const found = warnings.map((message) => ({ file, rule: "warning", message }));
  if (status < 300) return found;
  return [...found, { file, rule: String(status), message: String(JSON.parse(body).message) }];
}

async function send(config: KubeConfig, path: string, body: string) {
  const options = { method: "PATCH", headers: { "Content-Type": "application/apply-patch+yaml" }, timeout: 30_000 };
  await config.applyToHTTPSOptions(options);
  const url = new URL(path, config.getCurrentCluster()?.server);
  return new Promise<{ status: number; body: string; warnings: string[] }>((resolve, reject) => {
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
    sent.end(body);
  });
}
