import { LOGSTASH_PORT, LOGSTASH_SECRETS, logstashPipeline, logstashSettings } from "../../logging";
import * as pulumi from "../../pulumi";
import { memoryMiB } from "../../server";
import type { LogstashServiceArgs } from "./args";
import { elasticImage } from "./elasticsearch";
import type { LogService } from "./platform";
import { SHIPPER } from "./shipper";

export const LOGSTASH = { name: "logstash", port: LOGSTASH_PORT } as const;

const HOME = "/usr/share/logstash";
const PIPELINE = "mcp.conf";
const SETTINGS = "logstash.yml";

/** The image's entry point writes into its own folder, which is read-only here: the config is copied to where it may write. */
const script = (files: string): string =>
  [
    "set -eu",
    "mkdir -p /tmp/settings",
    `cp -r ${HOME}/config/. /tmp/settings`,
    `cp ${files}/${SETTINGS} /tmp/settings/`,
    `exec ${HOME}/bin/logstash --path.settings /tmp/settings --path.data ${HOME}/data -f ${files}/${PIPELINE}`,
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

/** The service that writes into Elasticsearch. @param filesFolder in which it finds its files */
export function logstashService(
  filesFolder: string,
  version: pulumi.Input<string> | undefined,
  { image = elasticImage("logstash", version), filter, memoryLimit = "1Gi" }: LogstashServiceArgs,
  { url, index, username, password, shipperPassword }: LogstashTarget,
): LogService {
  const authenticated = username !== undefined;
  const heap = pulumi.output(memoryLimit).apply((limit) => Math.floor((memoryMiB(limit) ?? 1_024) / 2));
  return {
    ...LOGSTASH,
    image,
    files: pulumi.all([url, index, filter]).apply(([elasticsearchUrl, index, filter]) => ({
      [PIPELINE]: logstashPipeline({ elasticsearchUrl, index, authenticated, ...(filter !== undefined && { filter }) }),
      [SETTINGS]: logstashSettings(),
    })),
    command: ["/bin/sh", "-c", script(filesFolder)],
    env: { LS_JAVA_OPTS: pulumi.interpolate`-Xms${heap}m -Xmx${heap}m` },
    secrets: {
      [LOGSTASH_SECRETS.shipperPassword]: shipperPassword,
      ...(authenticated && {
        [LOGSTASH_SECRETS.username]: username,
        [LOGSTASH_SECRETS.password]: password ?? "",
      }),
    },
    volume: `${HOME}/data`,
    // JRuby loads libraries from what it has unpacked there.
    scratch: { "/tmp": { sizeMiB: 128, executable: true } },
    // Elastic does not say what it writes beside its data; its user may write what is its own, and no program of the system.
    writable: true,
    isOpened: false,
    callers: [SHIPPER.name],
    calls: url,
    // Its pipeline runs once its input listens; a request would be a document.
    health: ["/bin/bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${LOGSTASH_PORT}`],
    startSeconds: 180,
    memoryLimit,
    cpuLimit: 1,
  };
}
