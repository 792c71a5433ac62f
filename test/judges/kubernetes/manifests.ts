import {
  type ImageArgs,
  McpClusterMonitoring,
  type McpClusterMonitoringArgs,
  McpDeployment,
  type McpDeploymentArgs,
  McpNamespace,
  McpRedisStatefulSet,
  McpStatefulSet,
  type McpStatefulSetArgs,
} from "../../../components";
import type { Registered } from "../../support/mocks";
import { checked, REGISTRY, run } from "../../unit/kubernetes/support";

/** An object as it would be applied. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: it is handed on to judges
  [field: string]: any;
}

/** The namespace that everything is deployed to. */
export const SPACE = "mcp-judged";

const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";

/** A value with its secrets in clear, as the provider sends it to the cluster. */
function opened(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (SECRET_SIGNATURE in value) return opened((value as { value?: unknown }).value);
  if (Array.isArray(value)) return value.map(opened);
  return Object.fromEntries(Object.entries(value).map(([field, one]) => [field, opened(one)]));
}

/** The object of a resource, with what the provider fills in; undefined for what is none of Kubernetes. */
function manifestOf(resource: Registered): Manifest | undefined {
  if (!resource.type.startsWith("kubernetes:")) return undefined;
  const manifest = opened({ ...resource.inputs, ...checked(resource) }) as Manifest;
  if (manifest.kind === "Namespace") delete manifest.metadata.namespace;
  return manifest;
}

/** Whether the server's image is built here, and so has to be pushed. */
const isBuilt = ({ image }: McpDeploymentArgs): boolean => (image as ImageArgs | undefined)?.reference === undefined;

/** What is judged: objects, by the deployment that they belong to. */
export type Deployments = Map<string, Manifest[]>;

/** Renders servers, services and what monitors them, with a Redis and their namespace, by the components themselves. */
export async function render(
  servers: McpDeploymentArgs[],
  services: McpStatefulSetArgs[],
  monitorings: McpClusterMonitoringArgs[] = [],
): Promise<Deployments> {
  const namespace = SPACE;
  const { resources } = await run(() => {
    new McpNamespace("space", { namespace, quota: { pods: "20" }, containerLimits: { cpu: "500m", memory: "512Mi" } });
    new McpRedisStatefulSet("redis", { namespace });
    for (const [index, args] of servers.entries())
      new McpDeployment(`server-${index}`, { ...(isBuilt(args) && { registry: REGISTRY }), ...args, namespace });
    for (const [index, args] of services.entries()) new McpStatefulSet(`service-${index}`, { ...args, namespace });
    for (const [index, args] of monitorings.entries())
      new McpClusterMonitoring(`monitoring-${index}`, { ...args, namespace });
  });
  const found: Deployments = new Map();
  for (const resource of resources) {
    const manifest = manifestOf(resource);
    // Parts of the monitoring have names of their own.
    const owner = /^(?:server|service)-\d+|^redis|^space/.exec(resource.name)?.[0] ?? "monitoring";
    if (manifest) found.set(owner, [...(found.get(owner) ?? []), manifest]);
  }
  return found;
}
