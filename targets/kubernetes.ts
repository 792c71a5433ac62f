import * as kubernetes from "@pulumi/kubernetes";
import { selectorLabels } from "../components/kubernetes/labels";
import { McpDeployment } from "../components/kubernetes/mcpDeployment";
import { McpNamespace } from "../components/kubernetes/mcpNamespace";
import { McpRedisStatefulSet } from "../components/kubernetes/mcpRedisStatefulSet";
import { McpStatefulSet } from "../components/kubernetes/mcpStatefulSet";
import type { EgressSettings } from "../components/kubernetes/settings";
import * as pulumi from "../components/pulumi";
import { Target } from "../components/server/args";
import { REDIS } from "../components/services/redis";
import type { ServerSetting, ServiceSetting, Settings } from "../config";
import { requireContext } from "../config/kubeconfig";
import type { Cluster } from "../config/plain";
import { collectLogs } from "./kubernetes/logging";
import { monitor, monitoredBy, requireOperator } from "./kubernetes/monitoring";
import { namespaceName, type Place } from "./kubernetes/place";

export { prepare } from "./kubernetes/prepare";

/** A service that runs, under the name that servers ask for. */
interface Running {
  setting: ServiceSetting;
  service: McpRedisStatefulSet | McpStatefulSet;
}

/** Refuses a stack that belongs to a cluster which this machine does not know, or that lacks what it needs, before anything is touched. */
export async function check({ cluster, monitoring }: Settings): Promise<void> {
  if (!cluster) return;
  requireContext(cluster);
  await requireOperator(cluster, monitoring);
}

/** Runs all servers and services of the stack in one namespace of the cluster that the stack belongs to, and of no other. */
export function deploy(settings: Settings): { servers: Record<string, object>; [output: string]: unknown } {
  const { servers, services, cluster } = settings;
  if (!cluster) throw new Error("A stack for Kubernetes needs mcp:kubernetes.");
  const provider = new kubernetes.Provider("kubernetes", {
    context: cluster.context,
    // The cluster stays the same when its address or certificate changes: else all objects would be replaced.
    clusterIdentifier: cluster.context,
    // With server-side apply the provider makes objects as one field manager and changes them as another, and its preview of
    // a first change fails where both would own a field: another port, another kind of probe. Only so can it adopt.
    ...(cluster.adopt ? { upsertExistingObjects: true } : { enableServerSideApply: false }),
  });
  const place = { cluster, provider, namespace: namespaceOf(cluster, settings, provider) };
  const running = services.map((setting) => ({ setting, service: runService(setting, place) }));
  const monitored = (server: ServerSetting) => ({ ...monitoredBy(settings, server), ...server.deployment });
  const deployments = Object.fromEntries(
    servers.map((server) => [server.name, runServer({ ...server, deployment: monitored(server) }, place, running)]),
  );
  return {
    servers: Object.fromEntries(Object.entries(deployments).map(([name, server]) => [name, described(server)])),
    ...monitor(settings, place),
    ...collectLogs(settings, place, deployments),
  };
}

/** The namespace of the stack. It stays when a service keeps its data in it. */
function namespaceOf(
  cluster: Cluster,
  { servers, services, monitoring, logging }: Settings,
  provider: kubernetes.Provider,
): pulumi.Input<string> {
  const { createNamespace, keepData, quota, containerLimits, containerRequests } = cluster;
  const namespace = namespaceName(cluster);
  if (!createNamespace) return namespace;
  const hasData =
    monitoring?.prometheus !== undefined ||
    // Logstash keeps what it has taken; a shipper of its own keeps it on its node.
    (logging && (!logging.destination || "elasticsearch" in logging.destination)) ||
    services.some(({ kind, args }) => kind === "redis" || args.volume !== undefined);
  // One server that takes its network as it comes would be cut off by a rule for all.
  const denyAll = servers.every(({ deployment }) => deployment?.networkRules !== "none");
  const args = { namespace, denyAll, keep: keepData && hasData, quota, containerLimits, containerRequests };
  return new McpNamespace("namespace", args, { providers: [provider] }).namespace;
}

function runService({ name, kind, args }: ServiceSetting, { namespace, cluster, provider }: Place): Running["service"] {
  const { context, keepData, imagePullSecrets } = cluster;
  const { image, volumeSize, storageClass, memoryLimit } = args;
  const shared = { namespace, context, keepData, imagePullSecrets, volumeSize, storageClass, memoryLimit };
  const opts = { providers: [provider] };
  if (kind === "redis") return new McpRedisStatefulSet(name, { ...shared, image: image || undefined }, opts);
  const { command, env, secrets, volume, health, user, writable, cpuLimit, internalPort = 0 } = args;
  return new McpStatefulSet(
    name,
    {
      ...shared,
      ...{ image, port: internalPort, command, env, secrets, volume, health, writable, cpuLimit },
      ...(user !== undefined && { user: pulumi.output(user).apply(Number) }),
    },
    opts,
  );
}

function runServer(
  { name, args, services, deployment = {} }: ServerSetting,
  { namespace, cluster, provider }: Place,
  running: Running[],
): McpDeployment {
  const needed = running.filter(({ setting }) => services.includes(setting.name));
  const redis = needed.find(({ service }) => service instanceof McpRedisStatefulSet)?.service as
    | McpRedisStatefulSet
    | undefined;
  const secrets = redis ? { REDIS_URL: redis.url, ...args.secrets } : args.secrets;
  const { context, imagePullSecrets } = cluster;
  return new McpDeployment(
    name,
    {
      ...args,
      ...(imagePullSecrets && { imagePullSecrets }),
      ...deployment,
      ...{ namespace, context, secrets },
      ...(deployment.networkRules !== "none" && {
        egress: [...(deployment.egress ?? []), ...needed.map(egressTo)],
      }),
    },
    { providers: [provider], dependsOn: needed.map(({ service }) => service) },
  );
}

/** What the stack output `servers` says of a server. */
const described = ({ transport, url, image, tools, toolsDigest }: McpDeployment): object => ({
  target: Target.Kubernetes,
  transport,
  url,
  image,
  tools,
  toolsDigest,
});

/** The server may connect to the services that it needs. */
const egressTo = ({ setting: { name, kind, args } }: Running): EgressSettings => ({
  podLabels: selectorLabels(name),
  ports: [kind === "redis" ? REDIS.port : Number(args.internalPort)],
});
