import { validateElasticVersion, validateIndex, validateLogUrl, validateRetention } from "../components/logging";
import { type Problem, Target } from "../components/server";
import { clusterLoggingProblems } from "./clusterLogging";
import { pinnedProblems } from "./pinned";
import type { Config, Logging } from "./plain";
import { misplacedKeys, type TargetKeys, takenNames } from "./targetKeys";

/** Keys that mean something in one target only: in a cluster nothing is published. */
const KEYS: TargetKeys = {
  docker: ["elasticsearch.port", "kibana.port", "shipper.port", "shipper.containersFolder"],
  kubernetes: [
    ...["elasticsearch", "logstash", "kibana"].flatMap((part) => [`${part}.volumeSize`, `${part}.storageClass`]),
    ...["namespace", "imagePullSecrets", "podsFolder", "storageFolder", "nodeSelector"].map((key) => `shipper.${key}`),
  ],
};

/** Names of the containers; no server and no service can have them, too. */
const NAMES = ["elasticsearch", "logstash", "kibana", "log-shipper"];

/** What is wrong with `mcp:logging`, beyond its shape. */
export function loggingProblems(config: Config): Problem[] {
  const { logging, target } = config;
  if (!logging) return [];
  if (target === Target.Process) {
    return [
      {
        path: "mcp:logging",
        message: `means nothing in a stack for ${target}`,
        allowed: "a stack with mcp:target docker or kubernetes",
        fix: "remove it; `npm run logs -- SERVER` shows the logs of every target",
      },
    ];
  }
  const { version, index, retentionDays, elasticsearch, logstash, kibana, shipper } = logging;
  return [
    ...takenNames("mcp:logging", NAMES, config),
    ...misplacedKeys("mcp:logging", logging, KEYS, target),
    ...(target === Target.Kubernetes ? clusterLoggingProblems(config) : []),
    ...pinnedProblems("mcp:logging.", { elasticsearch, logstash, kibana, shipper }),
    ...(version === undefined ? [] : validateElasticVersion(version, "mcp:logging.version")),
    ...(index === undefined ? [] : validateIndex(index, "mcp:logging.index")),
    ...(retentionDays === undefined ? [] : validateRetention(retentionDays, "mcp:logging.retentionDays")),
    ...destinationProblems(logging),
  ];
}

/** Settings of what only a stack of one's own has. */
const OWN = ["security", "elasticsearch", "kibana"] as const;

function destinationProblems(logging: Logging): Problem[] {
  if (!logging.destination) return [];
  const path = "mcp:logging.destination";
  const { elasticsearch, otlp, loki } = logging.destination;
  const given = Object.keys(logging.destination);
  if (given.length !== 1) {
    return [
      {
        path,
        message: "has to name one place",
        got: given.join(", ") || "none",
        allowed: "one of elasticsearch, otlp, loki",
      },
    ];
  }
  const unused = [...OWN, ...(elasticsearch ? [] : (["version", "retentionDays", "index", "logstash"] as const))];
  return [
    ...unused
      .filter((key) => logging[key] !== undefined)
      .map((key) => ({
        path: `mcp:logging.${key}`,
        message: `means nothing where the logs go to ${given[0]}`,
        fix: "remove it",
      })),
    ...(elasticsearch ? validateLogUrl(elasticsearch.url, `${path}.elasticsearch.url`, { needsPort: true }) : []),
    ...(otlp ? validateLogUrl(otlp.url, `${path}.otlp.url`) : []),
    ...(loki ? validateLogUrl(loki.url, `${path}.loki.url`) : []),
    ...halfCredentials(elasticsearch, `${path}.elasticsearch`),
    ...halfCredentials(loki, `${path}.loki`),
  ];
}

const halfCredentials = (
  given: { username?: string | undefined; passwordSecret?: string | undefined } | undefined,
  path: string,
): Problem[] =>
  given && (given.username === undefined) !== (given.passwordSecret === undefined)
    ? [
        {
          path,
          message: "has one of `username` and `passwordSecret`, not both",
          fix: "set both, or neither",
        },
      ]
    : [];
