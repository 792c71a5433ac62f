import { type Problem, type ResolvedServer, Sessions, Transport, validateChoice, validateHttpPath } from "../server";
import { Authentication, ExposureKind, NetworkRules } from "./args";
import type { DeploymentSettings, EgressSettings, ExposureSettings } from "./settings";

/** What of a server decides whether it can be deployed so. */
type Server = Pick<ResolvedServer, "transport" | "sessions" | "path" | "launchedByClient">;

/** What is wrong with a deployment, by itself and for the server. Paths are those of the arguments. */
export function deploymentProblems(server: Server, settings: DeploymentSettings): Problem[] {
  const { networkRules, exposure, egress = [] } = settings;
  return [
    ...replicaProblems(settings),
    ...scalingProblems(server, settings),
    ...(server.launchedByClient ? [launchedByClient()] : []),
    ...(networkRules === undefined ? [] : validateChoice(networkRules, Object.values(NetworkRules), "networkRules")),
    ...egress.flatMap((rule, index) => egressProblems(rule, networkRules, `egress[${index}]`)),
    ...(exposure ? exposureProblems(server, exposure) : []),
  ];
}

function replicaProblems({ replicas = 1, autoscaling }: DeploymentSettings): Problem[] {
  const problems = whole(replicas, 1, "replicas");
  if (!autoscaling) return problems;
  const { minReplicas = replicas, maxReplicas, metric, metricAverage } = autoscaling;
  problems.push(...whole(minReplicas, 1, "autoscaling.minReplicas"));
  problems.push(...whole(maxReplicas, minReplicas, "autoscaling.maxReplicas"));
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

function whole(value: number, min: number, path: string): Problem[] {
  if (Number.isInteger(value) && value >= min && value <= 1000) return [];
  return [{ path, message: "this is out of range", got: String(value), allowed: `a whole number from ${min} to 1000` }];
}

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

const launchedByClient = (): Problem => ({
  path: "launchedByClient",
  message: "no client can start a container in a cluster",
  got: "true",
  fix: "remove it: the server is served by HTTP",
});

function egressProblems(rule: EgressSettings, networkRules: NetworkRules | undefined, path: string): Problem[] {
  const { cidr, except, namespace, podLabels, host, ports = [] } = rule;
  const pods = namespace ? "namespace" : podLabels && "podLabels";
  const given = [cidr && "cidr", pods, host && "host"].filter(Boolean);
  const problems: Problem[] = [];
  if (given.length !== 1) {
    const got = given.join(" and ") || "none of them";
    problems.push({
      path,
      message: "says where by one of cidr, namespace (or podLabels, in its own) and host",
      got,
      fix: "write a rule for each",
    });
  }
  if (cidr !== undefined && !isCidr(cidr)) problems.push(noCidr(`${path}.cidr`, cidr));
  for (const part of except ?? []) if (!isCidr(part)) problems.push(noCidr(`${path}.except`, part));
  if (except && cidr === undefined) problems.push(goesWith(`${path}.except`, "cidr"));
  if (host !== undefined && networkRules !== NetworkRules.Cilium) {
    problems.push({
      path: `${path}.host`,
      message: "Kubernetes' own NetworkPolicy knows no host names, and would have to allow every address",
      got: host,
      allowed: "addresses by `cidr`",
      fix: "set `cidr`, or `networkRules: cilium` where the cluster's network is Cilium",
    });
  }
  for (const port of ports) {
    if (Number.isInteger(port) && port >= 1 && port <= 65535) continue;
    problems.push({ path: `${path}.ports`, message: "there is no such TCP port", got: String(port) });
  }
  return problems;
}

const isCidr = (text: string): boolean =>
  /^(\d{1,3}(\.\d{1,3}){3}\/([0-9]|[12]\d|3[0-2])|[0-9a-fA-F:]+:[0-9a-fA-F:]*\/\d{1,3})$/.test(text);

const noCidr = (path: string, got: string): Problem => ({
  path,
  message: "this is no range of addresses",
  got,
  allowed: 'a CIDR, such as "203.0.113.0/24"',
  ...(/^\d+(\.\d+){3}$/.test(got) && { fix: `write "${got}/32" for the one address` }),
});

const goesWith = (path: string, field: string): Problem => ({
  path,
  message: `means nothing without \`${field}\``,
  fix: `set \`${field}\`, or remove it`,
});

function exposureProblems({ path: mcpPath }: Server, exposure: ExposureSettings): Problem[] {
  const { publicUrl, authentication, kind = ExposureKind.Ingress, gateway, clusterIssuer, tlsSecret } = exposure;
  const problems: Problem[] = [
    ...validateChoice(kind, Object.values(ExposureKind), "exposure.kind"),
    ...urlProblems(publicUrl, mcpPath),
  ];
  if (authentication === undefined) {
    problems.push({
      path: "exposure.authentication",
      message: "anybody who knows the URL could use the server's tools",
      allowed: Object.values(Authentication).join(", "),
      fix: "set it to oauth when the server checks tokens, to proxy when a proxy before it does, or to none to let everybody in",
    });
  } else {
    problems.push(...validateChoice(authentication, Object.values(Authentication), "exposure.authentication"));
  }
  if (kind === ExposureKind.Gateway) {
    if (!/^[a-z0-9-]+\/[a-z0-9.-]+$/.test(gateway ?? "")) {
      const message = gateway === undefined ? "is missing" : "names no gateway";
      problems.push({
        path: "exposure.gateway",
        message,
        ...(gateway !== undefined && { got: gateway }),
        allowed: '"namespace/name" of a Gateway that exists',
      });
    }
    for (const [field, value] of Object.entries({ clusterIssuer, tlsSecret })) {
      if (value === undefined) continue;
      const fix = "remove it: a Gateway holds the certificate of its own listener";
      problems.push({ path: `exposure.${field}`, message: "is for an Ingress", got: value, fix });
    }
  }
  return problems;
}

function urlProblems(publicUrl: string, mcpPath: string): Problem[] {
  const path = "exposure.publicUrl";
  const allowed = 'a URL such as "https://mcp.example.com/mcp"';
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined;
  if (url === undefined) return [{ path, message: "this is no URL", got: String(publicUrl), allowed }];
  const problems: Problem[] = validateHttpPath(url.pathname, path);
  if (url.protocol !== "https:") {
    const fix = `write "https:${publicUrl.replace(/^\w+:/, "")}"`;
    problems.push({ path, message: "calls and tokens would travel in clear", got: publicUrl, allowed, fix });
  }
  if (url.search || url.hash || url.username || url.port) {
    problems.push({ path, message: "has parts that no client needs", got: publicUrl, allowed });
  }
  if (url.pathname !== mcpPath) {
    const message = `its path is not that of the server, ${mcpPath}`;
    problems.push({ path, message, got: publicUrl, fix: `set \`path: ${url.pathname}\`, or end it with ${mcpPath}` });
  }
  return problems;
}
