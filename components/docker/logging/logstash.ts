import { LOGSTASH_PORT, LOGSTASH_SECRETS, logstashPipeline, logstashSettings } from "../../logging";
import * as pulumi from "../../pulumi";
import { memoryMiB } from "../../server";
import type { McpServiceArgs } from "../mcpService";
import { FILES_FOLDER } from "../serviceFiles";
import type { LogstashArgs } from "./args";
import { elasticImage } from "./elasticsearch";

export const LOGSTASH = { name: "logstash", url: `http://logstash:${LOGSTASH_PORT}` } as const;

const HOME = "/usr/share/logstash";
const PIPELINE = "mcp.conf";
const SETTINGS = "logstash.yml";

/** The image's entry point writes into its own folder, which is read-only here: the config is copied into memory. */
const SCRIPT = [
  "set -eu",
  "mkdir -p /tmp/settings",
  `cp -r ${HOME}/config/. /tmp/settings`,
  `cp ${FILES_FOLDER}/${SETTINGS} /tmp/settings/`,
  `exec ${HOME}/bin/logstash --path.settings /tmp/settings --path.data ${HOME}/data -f ${FILES_FOLDER}/${PIPELINE}`,
].join("\n");

/** Into which Elasticsearch Logstash writes, and as whom. */
export interface LogstashTarget {
  url: pulumi.Input<string>;
  index: pulumi.Input<string>;
  username?: pulumi.Input<string> | undefined;
  /** A secret. */
  password?: pulumi.Input<string> | undefined;
  /** What the shipper names itself by. A secret. */
  shipperPassword: pulumi.Input<string>;
}

/** The service that writes into Elasticsearch. */
export function logstashService(
  version: pulumi.Input<string> | undefined,
  { image = elasticImage("logstash", version), filter, memoryLimit = "1Gi" }: LogstashArgs,
  { url, index, username, password, shipperPassword }: LogstashTarget,
): Omit<McpServiceArgs, "network"> {
  const authenticated = username !== undefined;
  const heap = pulumi.output(memoryLimit).apply((limit) => Math.floor((memoryMiB(limit) ?? 1_024) / 2));
  return {
    image,
    files: pulumi.all([url, index, filter]).apply(([elasticsearchUrl, index, filter]) => ({
      [PIPELINE]: logstashPipeline({ elasticsearchUrl, index, authenticated, ...(filter !== undefined && { filter }) }),
      [SETTINGS]: logstashSettings(),
    })),
    command: ["/bin/sh", "-c", SCRIPT],
    env: { LS_JAVA_OPTS: pulumi.interpolate`-Xms${heap}m -Xmx${heap}m` },
    secrets: {
      [LOGSTASH_SECRETS.shipperPassword]: shipperPassword,
      ...(authenticated && {
        [LOGSTASH_SECRETS.username]: username,
        [LOGSTASH_SECRETS.password]: password ?? "",
      }),
    },
    user: "1000:0",
    volume: `${HOME}/data`,
    // JRuby loads libraries from what it has unpacked there.
    tmpfs: { "/tmp": "rw,exec,nosuid,nodev,size=128m,mode=1777" },
    // Elastic does not say what it writes beside its data; its user may write what is its own, and no program of the system.
    writable: true,
    // Its pipeline runs once its input listens; a request would be a document.
    health: ["/bin/bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${LOGSTASH_PORT}`],
    startSeconds: 180,
    memoryLimit,
    cpuLimit: 1,
  };
}
