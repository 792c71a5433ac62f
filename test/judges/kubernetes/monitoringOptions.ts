import * as fc from "fast-check";
import type { McpClusterMonitoringArgs } from "../../../components";

const anyOf = <T extends readonly unknown[]>(...values: T) => fc.constantFrom(...values) as fc.Arbitrary<T[number]>;
const some = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields, { requiredKeys: [] });

const digest = (name: string) => `${name}@sha256:${"e".repeat(64)}`;
const volumeSize = anyOf("4Gi", "10Gi", "20G");
const storageClass = anyOf("fast");

const prometheus = some({
  image: anyOf("prom/prometheus:v3.5.0", digest("prom/prometheus")),
  retention: anyOf("15d", "1y"),
  retentionSize: anyOf("512MB", "3GB"),
  scrapeInterval: anyOf("5s", "1m"),
  memoryLimit: anyOf("512Mi", "2Gi"),
  volumeSize,
  storageClass,
});

const email = { smarthost: "smtp.example.com:587", from: "mcp@example.com", to: "ops@example.com" };
const receiver = fc.oneof(
  anyOf({ name: "hook", webhook: { url: "https://hooks.example.com:8443/t0ken" } }),
  anyOf({ name: "chat", severity: "critical", slack: { webhookUrl: "https://hooks.slack.com/x", channel: "#ops" } }),
  anyOf({ name: "mail", severity: "warning", email: { ...email, username: "mcp", password: "s3cret" } }),
);

const alertmanager = some({
  image: anyOf("prom/alertmanager:v0.28.1", digest("prom/alertmanager")),
  receivers: fc.uniqueArray(receiver, { maxLength: 3, selector: ({ name }) => name }),
  volumeSize,
  storageClass,
});

const server = fc.record(
  {
    name: anyOf("server-0", "server-1", "server-2"),
    metricsPort: fc.integer({ min: 1024, max: 65535 }),
    memoryLimit: anyOf("64Mi", "1Gi"),
  },
  { requiredKeys: ["name"] },
);

const common = {
  servers: fc.uniqueArray(server, { maxLength: 3, selector: ({ name }) => name }),
  fixedNames: fc.boolean(),
  discovery: anyOf("annotations", "podMonitor", "none"),
  labels: fc.dictionary(anyOf("release", "team"), anyOf("kube-prometheus-stack", "")),
  fromNamespace: anyOf("monitoring", "observability"),
  grafana: some({ enabled: fc.boolean() }),
  thresholds: some({ latencySeconds: anyOf(0.5, 30), errorRatio: anyOf(0.01, 1), downFor: anyOf("30s", "1h30m") }),
  runbookBaseUrl: anyOf("https://runbooks.example.com/mcp"),
  keepData: fc.boolean(),
  imagePullSecrets: fc.array(anyOf("registry", "mirror"), { maxLength: 2 }),
};

/** Everything that the monitoring of a cluster can be told, in any combination. There is an Alertmanager beside a Prometheus only. */
const options = fc.oneof(
  fc.record(common, { requiredKeys: ["servers"] }),
  fc.record({ ...common, prometheus }, { requiredKeys: ["servers", "prometheus"] }),
  fc.record({ ...common, prometheus, alertmanager }, { requiredKeys: ["servers", "prometheus", "alertmanager"] }),
) as fc.Arbitrary<McpClusterMonitoringArgs>;

export const monitorings = (count: number, seed: number): McpClusterMonitoringArgs[] =>
  fc.sample(options, { seed, numRuns: count });

/** How many pods a combination has. */
export const podsOf = (all: McpClusterMonitoringArgs[]): number =>
  all.flatMap(({ prometheus, alertmanager }) => [prometheus, alertmanager]).filter(Boolean).length;
