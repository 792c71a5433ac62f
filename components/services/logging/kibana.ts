import { kibanaConfig } from "../../logging";
import * as pulumi from "../../pulumi";
import type { KibanaServiceArgs } from "./args";
import { elasticImage } from "./elasticsearch";
import type { LogPlatform, LogService } from "./platform";

export const KIBANA = { name: "kibana", port: 5601 } as const;

const HOME = "/usr/share/kibana";
const CONFIG = "kibana.yml";

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
  platform: Pick<LogPlatform, "filesFolder" | "browserUrl">,
  version: pulumi.Input<string> | undefined,
  { image = elasticImage("kibana", version), memoryLimit = "1Gi" }: KibanaServiceArgs,
  { url, password, encryptionKey }: KibanaTarget,
): LogService {
  const known = pulumi.all([url, password, encryptionKey, platform.browserUrl(KIBANA)]);
  const config = known.apply(([elasticsearchUrl, password, key, publicUrl]) =>
    kibanaConfig({ elasticsearchUrl, publicUrl, encryptionKey: key, ...(password !== undefined && { password }) }),
  );
  return {
    ...KIBANA,
    image,
    secretFiles: pulumi.secret({ [CONFIG]: config }),
    command: [`${HOME}/bin/kibana`, `--config=${platform.filesFolder}/${CONFIG}`],
    volume: `${HOME}/data`,
    // What it writes beside its data. Source: elastic/cloud-on-k8s, pkg/controller/kibana/pod.go.
    scratch: Object.fromEntries(["logs", "plugins"].map((folder) => [`${HOME}/${folder}`, { sizeMiB: 16 }])),
    isOpened: true,
    callers: [],
    calls: url,
    // 503 until it can take work.
    health: ["curl", "-fsS", "-o", "/dev/null", "-m", "5", `http://127.0.0.1:${KIBANA.port}/`],
    startSeconds: 300,
    memoryLimit,
    cpuLimit: 1,
  };
}
