import { kibanaConfig } from "../../logging";
import * as pulumi from "../../pulumi";
import { LOOPBACK } from "../containerInputs";
import type { McpServiceArgs } from "../mcpService";
import { FILES_FOLDER } from "../serviceFiles";
import type { KibanaArgs } from "./args";
import { elasticImage } from "./elasticsearch";

export const KIBANA = { name: "kibana", port: 5601 } as const;

const HOME = "/usr/share/kibana";
const CONFIG = "kibana.yml";
const FOLDER_OPTIONS = "rw,noexec,nosuid,nodev,size=16m,mode=1777";

/** What Kibana reads from, and as whom. */
export interface KibanaTarget {
  url: pulumi.Input<string>;
  /** Password of kibana_system, where Elasticsearch asks for one. A secret. */
  password?: pulumi.Output<string> | undefined;
  /** A secret. */
  encryptionKey: pulumi.Output<string>;
}

/** The service that shows the logs. */
export function kibanaService(
  version: pulumi.Input<string> | undefined,
  { image = elasticImage("kibana", version), port = KIBANA.port, memoryLimit = "1Gi" }: KibanaArgs,
  { url, password, encryptionKey }: KibanaTarget,
): Omit<McpServiceArgs, "network"> {
  const config = pulumi.all([url, password, encryptionKey, port]).apply(([elasticsearchUrl, password, key, port]) =>
    kibanaConfig({
      elasticsearchUrl,
      publicUrl: `http://${LOOPBACK}:${port}`,
      encryptionKey: key,
      ...(password !== undefined && { password }),
    }),
  );
  return {
    image,
    files: pulumi.secret({ [CONFIG]: config }),
    command: [`${HOME}/bin/kibana`, `--config=${FILES_FOLDER}/${CONFIG}`],
    user: "1000:0",
    volume: `${HOME}/data`,
    // What it writes beside its data. Source: elastic/cloud-on-k8s, pkg/controller/kibana/pod.go.
    tmpfs: Object.fromEntries(["logs", "plugins"].map((folder) => [`${HOME}/${folder}`, FOLDER_OPTIONS])),
    publish: port,
    internalPort: KIBANA.port,
    // 503 until it can take work.
    health: ["curl", "-fsS", "-o", "/dev/null", "-m", "5", `http://127.0.0.1:${KIBANA.port}/`],
    startSeconds: 300,
    memoryLimit,
    cpuLimit: 1,
  };
}
