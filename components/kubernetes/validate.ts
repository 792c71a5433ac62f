import { type Problem, type ResolvedServer, Sessions, Transport, validateChoice, validateWhole } from "../server";
import { ExposureKind, NetworkRules } from "./args";
import type { DeploymentSettings } from "./settings";
import { egressProblems } from "./validateEgress";
import { exposureProblems } from "./validateExposure";

/** What of a server decides whether it can be deployed so. */
type Server = Pick<ResolvedServer, "transport" | "sessions" | "path" | "launchedByClient" | "develop">;

/** What is wrong with a deployment, by itself and for the server. Paths are those of the arguments. */
export function deploymentProblems(server: Server, settings: DeploymentSettings): Problem[] {
  const { networkRules, exposure, egress = [], runAsUser = 1, rolloutTimeoutSeconds = 1 } = settings;
  return [
    ...replicaProblems(settings),
    ...scalingProblems(server, settings),
    ...whole(runAsUser, 1, "runAsUser", MAX_USER),
    ...whole(rolloutTimeoutSeconds, 1, "rolloutTimeoutSeconds", 86_400),
    ...(server.launchedByClient ? [launchedByClient()] : []),
    ...(server.develop ? [develop()] : []),
    ...(networkRules === undefined ? [] : validateChoice(networkRules, Object.values(NetworkRules), "networkRules")),
    ...(networkRules === NetworkRules.None ? unruled(settings) : []),
    ...egress.flatMap((rule, index) => egressProblems(rule, networkRules, `egress[${index}]`)),
    ...(exposure ? exposureProblems(server, exposure) : []),
  ];
}

/** What deserves the user's attention and stops nothing. */
export function deploymentWarnings(
  { sessions }: Pick<Server, "sessions">,
  { exposure }: Pick<DeploymentSettings, "exposure">,
): string[] {
  if (sessions !== Sessions.Affinity || exposure?.kind !== ExposureKind.Gateway) return [];
  return [
    "sessions: affinity holds through a Gateway for clients that keep cookies only, which MCP clients do not: set sessions to redis, or to none where the server keeps none",
  ];
}

/** Largest id of a user that Kubernetes knows. */
const MAX_USER = 2 ** 31 - 1;

function replicaProblems({ replicas = 1, autoscaling }: DeploymentSettings): Problem[] {
  const problems = whole(replicas, 1, "replicas");
  if (!autoscaling) return problems;
  const { minReplicas = replicas, maxReplicas, metric, metricAverage, cpuPercent = 1, memoryPercent = 1 } = autoscaling;
  problems.push(...whole(minReplicas, 1, "autoscaling.minReplicas"));
  problems.push(...whole(maxReplicas, minReplicas, "autoscaling.maxReplicas"));
  problems.push(...whole(cpuPercent, 1, "autoscaling.cpuPercent"));
  problems.push(...whole(memoryPercent, 1, "autoscaling.memoryPercent"));
  if ((metric === undefined) !== (metricAverage === undefined)) {
    const missing = metric === undefined ? "metric" : "metricAverage";
    problems.push({
      path: `autoscaling.${missing}`,
      message: "is missing: `metric` says what is measured, `metricAverage` what to aim at",
      fix: "set both, or neither",
    });
  }
  return problems;
}

const whole = (value: number, min: number, path: string, max = 1000): Problem[] => validateWhole(value, min, max, path);

/** More than one replica only for servers whose clients get along with it. */
function scalingProblems({ transport, sessions }: Server, settings: DeploymentSettings): Problem[] {
  const { replicas = 1, autoscaling } = settings;
  const isAutoscaled = autoscaling !== undefined && autoscaling.maxReplicas > 1;
  if (replicas <= 1 && !isAutoscaled) return [];
  const path = isAutoscaled ? "autoscaling.maxReplicas" : "replicas";
  const got = String(isAutoscaled ? autoscaling.maxReplicas : replicas);
  if (transport === Transport.Stdio) {
    return [
      {
        path,
        message: "a stdio server can't be scaled: each of its sessions is a process in the pod that started it",
        got,
        allowed: "1",
        fix: "set it to 1, or let the server speak Streamable HTTP and set `transport: http`",
      },
    ];
  }
  if (sessions !== undefined) return [];
  return [
    {
      path,
      message:
        "clients of protocol revision 2025-11-25 and earlier keep a session, which only the replica that opened it knows",
      got,
      allowed: "1, or any number with `sessions`",
      fix: `set \`sessions\` to ${Sessions.None} (the server keeps none), ${Sessions.Affinity} (a client stays at its replica) or ${Sessions.Redis} (all replicas share them)`,
    },
  ];
}

/** Rules that nobody would enforce. */
const unruled = ({ ingress, egress, metricsIngress }: DeploymentSettings): Problem[] =>
  Object.entries({ ingress, egress, metricsIngress })
    .filter(([, rules]) => rules && rules.length > 0)
    .map(([path]) => ({
      path,
      message: "means nothing with `networkRules: none`",
      fix: "remove it, or `networkRules`",
    }));

const launchedByClient = (): Problem => ({
  path: "launchedByClient",
  message: "no client can start a container in a cluster",
  got: "true",
  fix: "remove it: the server is served by HTTP",
});

const develop = (): Problem => ({
  path: "develop",
  message: "is for Docker: a cluster has no source folder to take edits from",
  fix: "remove it, or develop with `target: docker` or `target: process`",
});
