import { deploymentProblems } from "../components/kubernetes/validate";
import { type DeployedServer, type Problem, Sessions, slug, Target, validateEnvNames } from "../components/server";
import type { Config, Server, Service } from "./plain";

/** What is wrong with a stack for Kubernetes, beyond what is wrong with each server by itself. */
export function clusterProblems(config: Config, resolved: (DeployedServer | undefined)[]): Problem[] {
  const { target, servers, services, kubernetes, registry } = config;
  if (target !== Target.Kubernetes) {
    return servers.flatMap(({ kubernetes: deployment }, index) =>
      deployment ? [misplaced(`mcp:servers[${index}].kubernetes`, target)] : [],
    );
  }
  return [
    ...(kubernetes ? namespaceProblems(kubernetes.namespace) : [noCluster()]),
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
  const { sessions, services: needed = [], secrets = [], env = {}, kubernetes } = server;
  const keys = Object.keys(kubernetes?.secretKeys ?? {});
  found.push(...secretKeyProblems(keys, [...Object.keys(env), ...secrets], `${path}.kubernetes.secretKeys`));
  const hasRedis =
    services.some(({ name, kind }) => kind === "redis" && needed.includes(name)) ||
    secrets.includes("REDIS_URL") ||
    kubernetes?.secretKeys?.REDIS_URL !== undefined;
  return sessions === Sessions.Redis && !hasRedis ? [...found, noRedis(`${path}.sessions`)] : found;
}

/** Variables from Secrets that exist already: with possible names, and given once. */
function secretKeyProblems(names: string[], others: string[], path: string): Problem[] {
  const found = validateEnvNames(names).map((problem) => ({
    ...problem,
    path: problem.path.replace(/^env/, path),
  }));
  const doubled = names.filter((name) => others.includes(name));
  return [
    ...found,
    ...doubled.map((name) => ({
      path: `${path}.${name}`,
      message: `${name} is in the server's env or secrets, too`,
      got: name,
      fix: "remove one of them",
    })),
  ];
}

/** A name that a namespace can have. Source: RFC 1123, as Kubernetes asks for it. */
function namespaceProblems(namespace: string | undefined): Problem[] {
  if (namespace === undefined || /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace)) return [];
  return [
    {
      path: "mcp:kubernetes.namespace",
      message: "this is no name of a namespace",
      got: namespace,
      allowed: "lower-case letters, digits and hyphens, at most 63, starting and ending with a letter or digit",
      fix: `name it ${slug(namespace)}`,
    },
  ];
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
