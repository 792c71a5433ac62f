import { deploymentProblems } from "../components/kubernetes/validate";
import { type DeployedServer, type Problem, Sessions, Target } from "../components/server";
import type { Config, Server, Service } from "./schema";

/** What is wrong with a stack for Kubernetes, beyond what is wrong with each server by itself. */
export function clusterProblems(config: Config, resolved: (DeployedServer | undefined)[]): Problem[] {
  const { target, servers, services, kubernetes, registry } = config;
  if (target !== Target.Kubernetes) {
    return servers.flatMap(({ kubernetes: deployment }, index) =>
      deployment ? [misplaced(`mcp:servers[${index}].kubernetes`, target)] : [],
    );
  }
  return [
    ...(kubernetes ? [] : [noCluster()]),
    ...(registry || servers.every(({ image }) => image?.reference) ? [] : [noRegistry()]),
    ...servers.flatMap((server, index) => serverProblems(server, resolved[index], config, `mcp:servers[${index}]`)),
    ...services.flatMap((service, index) => serviceProblems(service, `mcp:services[${index}]`)),
  ];
}

/** Fields that stand in the server's entry itself. */
const OF_SERVER = ["launchedByClient", "develop"];

function serverProblems(
  server: Server,
  resolved: DeployedServer | undefined,
  { services }: Config,
  path: string,
): Problem[] {
  if (!resolved) return [];
  const problems = deploymentProblems(resolved, (server.kubernetes ?? {}) as Parameters<typeof deploymentProblems>[1]);
  const found = problems.map((problem) => ({
    ...problem,
    path: OF_SERVER.includes(problem.path) ? `${path}.${problem.path}` : `${path}.kubernetes.${problem.path}`,
  }));
  const { sessions, services: needed = [], secrets = [], kubernetes } = server;
  const hasRedis =
    services.some(({ name, kind }) => kind === "redis" && needed.includes(name)) ||
    secrets.includes("REDIS_URL") ||
    kubernetes?.secretKeys?.REDIS_URL !== undefined;
  return sessions === Sessions.Redis && !hasRedis ? [...found, noRedis(`${path}.sessions`)] : found;
}

/** Settings of a service that mean nothing in a cluster, or are forbidden there. */
function serviceProblems(
  { name, kind, internalPort, publish, capabilities, user, containerName }: Service,
  path: string,
): Problem[] {
  const problems: Problem[] = [];
  if (kind === "image" && internalPort === undefined) {
    const fix = `set ${path}.internalPort to the port that ${name} listens on`;
    problems.push({ path: `${path}.internalPort`, message: "is missing: a Service has to know the port", fix });
  }
  if (publish !== undefined) problems.push(misplaced(`${path}.publish`, Target.Kubernetes));
  if (containerName !== undefined) problems.push(misplaced(`${path}.containerName`, Target.Kubernetes));
  if (capabilities?.length) {
    problems.push({
      path: `${path}.capabilities`,
      message: 'the Pod Security Standard "restricted" forbids them',
      got: capabilities.join(", "),
      fix: "use an image that runs without them, such as a rootless one",
    });
  }
  if (user !== undefined && !/^[1-9]\d*$/.test(user)) {
    problems.push({
      path: `${path}.user`,
      message: "is no number of a user without privileges",
      got: user,
      fix: "set its uid, such as 999",
    });
  }
  return problems;
}

const misplaced = (path: string, target: Target): Problem => ({
  path,
  message: `means nothing in a stack for ${target}`,
  fix: "remove it, or set mcp:target",
});

const noCluster = (): Problem => ({
  path: "mcp:kubernetes.context",
  message: "is missing: a stack belongs to one cluster",
  allowed: "a context of your kubeconfig, as `kubectl config get-contexts` lists them",
  fix: "pulumi config set --path mcp:kubernetes.context CONTEXT",
});

const noRegistry = (): Problem => ({
  path: "mcp:registry.server",
  message: "is missing: the nodes of a cluster pull the images from a registry",
  allowed: 'a registry, such as "ghcr.io"',
  fix: "pulumi config set --path mcp:registry.server ghcr.io, and mcp:registry.namespace",
});

const noRedis = (path: string): Problem => ({
  path,
  message: "the server gets no REDIS_URL",
  got: Sessions.Redis,
  fix: "add a service of `kind: redis` to mcp:services and to the server's `services`, or REDIS_URL to its `secrets`",
});
