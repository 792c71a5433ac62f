import { memoryMiB, type Problem } from "../components/server";
import type { Config, Logging } from "./plain";

const PATH = "mcp:logging";

/** The least that a volume has to hold, in MiB: Elasticsearch takes no logs with less than 2 GB free, Logstash's queue may be 512 MB. */
const LEAST_MIB = { elasticsearch: 4_096, logstash: 1_024, kibana: 128 } as const;

/** What is wrong with `mcp:logging` of a stack for Kubernetes. */
export const clusterLoggingProblems = ({ logging = {}, kubernetes }: Config): Problem[] => [
  ...shipperProblems(logging, kubernetes?.createNamespace !== false),
  ...volumeProblems(logging),
  ...destinationProblems(logging),
];

/** The shipper reads files of the nodes, which no namespace for servers admits. */
function shipperProblems({ shipper }: Logging, createsNamespaces: boolean): Problem[] {
  if (shipper?.namespace !== undefined) return [];
  const path = `${PATH}.shipper.namespace`;
  const allowed = 'a namespace that exists and admits pods of the standard "privileged"';
  if (!createsNamespaces) {
    const message = "namespaces are not created, and that of the servers admits no pod that reads files of nodes";
    return [
      {
        path,
        message: `is missing: ${message}`,
        allowed,
        fix: "name it, or let mcp:kubernetes.createNamespace be true",
      },
    ];
  }
  if (shipper?.imagePullSecrets === undefined) return [];
  const message = "is missing: imagePullSecrets have to exist in a namespace that is there before";
  return [{ path, message, allowed, fix: "name it, or remove imagePullSecrets" }];
}

const volumeProblems = (logging: Logging): Problem[] =>
  (["elasticsearch", "logstash", "kibana"] as const).flatMap((part) => {
    const size = logging[part]?.volumeSize;
    if (size === undefined || (memoryMiB(size) ?? 0) >= LEAST_MIB[part]) return [];
    return [
      {
        path: `${PATH}.${part}.volumeSize`,
        message: "is no size that is large enough",
        got: size,
        allowed: `a quantity of ${LEAST_MIB[part]}Mi or more, such as 10Gi`,
      },
    ];
  });

/** Hosts that mean something else, or nothing, where the shipper runs, or on this machine. */
function destinationProblems({ destination = {} }: Logging): Problem[] {
  const { elasticsearch, otlp, loki } = destination;
  const bare = Object.entries({ elasticsearch, otlp, loki }).flatMap(([name, given]): Problem[] => {
    if (given === undefined || !URL.canParse(given.url) || new URL(given.url).hostname.includes(".")) return [];
    if (new URL(given.url).hostname.startsWith("[")) return [];
    return [
      {
        path: `${PATH}.destination.${name}.url`,
        message: "names a Service without its namespace, and the shipper runs in one of its own",
        got: given.url,
        allowed: "a host such as loki.monitoring.svc",
      },
    ];
  });
  if (!elasticsearch || elasticsearch.setup === false || !/^[^/]+:\/\/[^/:]+\.svc(\.|:|\/|$)/.test(elasticsearch.url)) {
    return bare;
  }
  return [
    ...bare,
    {
      path: `${PATH}.destination.elasticsearch.setup`,
      message: "this machine sets template and retention up, and does not reach a Service of the cluster",
      got: elasticsearch.url,
      fix: "set `setup: false` and make them yourself, or give a URL that this machine reaches, too",
    },
  ];
}
