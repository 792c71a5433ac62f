import * as pulumi from "../../pulumi";
import type { ElasticsearchServiceArgs } from "./args";
import type { LogService } from "./platform";

export const ELASTICSEARCH = { name: "elasticsearch", port: 9200 } as const;

/** Version of the Elastic stack: its parts have to be of one. */
export const ELASTIC_VERSION = "9.4.1";

/** An image of the Elastic stack. */
export const elasticImage = (product: string, version: pulumi.Input<string> = ELASTIC_VERSION): pulumi.Output<string> =>
  pulumi.interpolate`docker.elastic.co/${product}/${product}:${version}`;

const HOME = "/usr/share/elasticsearch";
const PASSWORD = "ELASTIC_PASSWORD";

/** Settings as Elasticsearch's own. It is one node alone, and reached by its network and this machine only: no TLS. */
const settings = (security: boolean): string[] => [
  "discovery.type=single-node",
  "cluster.name=mcp-logs",
  "network.host=0.0.0.0",
  `xpack.security.enabled=${security}`,
  ...(security ? ["xpack.security.enrollment.enabled=false", "xpack.security.http.ssl.enabled=false"] : []),
  "xpack.ml.enabled=false",
  // The usual 5% of the disk may be many gigabytes: with less free, all indices would be read-only.
  "cluster.routing.allocation.disk.watermark.low=2gb",
  "cluster.routing.allocation.disk.watermark.high=1gb",
  "cluster.routing.allocation.disk.watermark.flood_stage=512mb",
  // The machine's vm.max_map_count is not changed for it.
  "node.store.allow_mmap=false",
];

/**
 * The image's entry point writes into its own folder, which is read-only here: the config is copied to where it may write, and the
 * password goes into its keystore by a pipe, since an argument could be read by everybody on the machine.
 */
const script = (security: boolean): string =>
  [
    "set -eu",
    "export ES_PATH_CONF=/tmp/config ES_TMPDIR=/tmp/java",
    'mkdir -p "$ES_PATH_CONF" "$ES_TMPDIR"',
    `cp -r ${HOME}/config/. "$ES_PATH_CONF"`,
    // Java's own log of its collector would fill the folder of the logs: up to 2 GiB, where 64 MiB are the most.
    'mkdir -p "$ES_PATH_CONF/jvm.options.d"',
    `printf '%s\\n' -Xlog:disable -Xlog:all=warning:stderr:utctime,level,tags > "$ES_PATH_CONF/jvm.options.d/gc.options"`,
    ...(security
      ? [`printf '%s' "$${PASSWORD}" | ${HOME}/bin/elasticsearch-keystore add -x -f bootstrap.password >/dev/null`]
      : []),
    `exec ${HOME}/bin/elasticsearch "$@"`,
  ].join("\n");

/** curl reads the password from a pipe, for the same reason. */
const health = (security: boolean): string => {
  const url = `http://127.0.0.1:${ELASTICSEARCH.port}/_cluster/health?wait_for_status=yellow&timeout=1s`;
  const ask = `curl -fsS -o /dev/null -m 5 ${security ? "-K - " : ""}'${url}'`;
  return security ? `printf 'user = "elastic:%s"' "$${PASSWORD}" | ${ask}` : ask;
};

/** The service that keeps the logs. */
export function elasticsearchService(
  version: pulumi.Input<string> | undefined,
  { image = elasticImage("elasticsearch", version), memoryLimit = "1536Mi" }: ElasticsearchServiceArgs,
  password: pulumi.Output<string> | undefined,
): LogService {
  const security = password !== undefined;
  return {
    ...ELASTICSEARCH,
    image,
    command: ["/bin/sh", "-c", script(security), "sh", ...settings(security).map((setting) => `-E${setting}`)],
    ...(security && { secrets: { [PASSWORD]: password } }),
    volume: `${HOME}/data`,
    // Java loads libraries from what it has unpacked there.
    scratch: { "/tmp": { sizeMiB: 128, executable: true }, [`${HOME}/logs`]: { sizeMiB: 64 } },
    isOpened: true,
    callers: ["logstash", "kibana"],
    health: ["/bin/sh", "-c", health(security)],
    startSeconds: 180,
    memoryLimit,
    cpuLimit: 2,
  };
}
