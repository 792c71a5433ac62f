import { McpClusterMonitoring, type McpClusterMonitoringArgs } from "../../../../components";
import type { Registered } from "../../../support/mocks";
import { run } from "../support";

export const POD_MONITOR = "kubernetes:monitoring.coreos.com/v1:PodMonitor";
export const RULE = "kubernetes:monitoring.coreos.com/v1:PrometheusRule";

export const SERVERS = [
  { name: "weather", metricsPort: 9100, memoryLimit: "256Mi" },
  { name: "news", metricsPort: 8000, memoryLimit: "512Mi" },
];

/** Selector of the pods of a server or service of the stack "test" of the project "mcp". */
export const selector = (name: string) => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/instance": "mcp-test",
});

export const labels = (name: string, component: string) => ({
  ...selector(name),
  "app.kubernetes.io/component": component,
  "app.kubernetes.io/part-of": "mcp",
  "app.kubernetes.io/managed-by": "pulumi",
});

/** What the monitoring of two servers registers. */
export const monitor = (args: Partial<McpClusterMonitoringArgs> = {}, options = {}) =>
  run(() => new McpClusterMonitoring("monitoring", { servers: SERVERS, namespace: "mcp-prod", ...args }), options);

/** Inputs of the resource of a type that has this name. */
// biome-ignore lint/suspicious/noExplicitAny: manifests are compared, not used
export function named(resources: Registered[], type: string, name: string): any {
  const found = resources.find((resource) => resource.type === type && resource.name === name);
  if (!found) throw new Error(`no ${type} ${name} among ${resources.map((one) => `${one.type} ${one.name}`)}`);
  return found.inputs;
}

export const namesOf = (resources: Registered[], type: string): string[] =>
  resources
    .filter((resource) => resource.type === type)
    .map(({ name }) => name)
    .sort();
