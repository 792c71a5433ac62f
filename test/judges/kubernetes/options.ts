import * as fc from "fast-check";
import type { McpDeploymentArgs, McpStatefulSetArgs } from "../../../components";
import { resolveDeployment } from "../../../components/kubernetes/resolveDeployment";
import { shapingArgs } from "../../../components/kubernetes/settings";
import { InvalidInputError, plainSettings, resolve } from "../../../components/server";

/** Options of a server without its source. */
export type Options = Omit<McpDeploymentArgs, "source"> & { source?: string };

const anyOf = <T extends readonly unknown[]>(...values: T) => fc.constantFrom(...values) as fc.Arbitrary<T[number]>;
/** A record of which every field may be left out. */
const some = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;

const port = fc.integer({ min: 1024, max: 65535 });
const texts = fc.dictionary(
  anyOf("GREETING", "LOG_LEVEL", "LIMITS", "POD_NAME", "TZ"),
  anyOf("", "hi", "pa$$word", "$(PORT)", "ünïcode", "a\nb", '{"x": [1]}'),
);
const podLabels = fc.dictionary(anyOf("app", "app.kubernetes.io/name", "team"), anyOf("agent", "a.b_c-d", ""), {
  minKeys: 1,
});
const secrets = fc.dictionary(anyOf("API_KEY", "REDIS_URL", "TOKEN"), anyOf("s3cret-1", "s3cret $(PORT)\n2"));
const quantity = anyOf("64Mi", "256Mi", "512Mi", "1Gi", "1500M", "0.5Gi");
const ports = fc.uniqueArray(fc.integer({ min: 1, max: 65535 }), { minLength: 1, maxLength: 3 });
const command = anyOf(["python", "-c", "pass"], ["node", "-e", ""], ["sh", "-c", "exit $(true)"]);

const health = some({
  readinessPath: anyOf("/readyz", "/up"),
  livenessPath: anyOf("/healthz", "/alive"),
  timeoutSeconds: fc.integer({ min: 1, max: 30 }),
  startPeriodSeconds: fc.integer({ min: 0, max: 3600 }),
  retries: fc.integer({ min: 1, max: 100 }),
  command,
});

const byAny = {
  publicUrl: anyOf("https://mcp.example.com", "https://a-b.example.co.uk", "https://localhost"),
  authentication: anyOf("oauth", "proxy", "none"),
  annotations: fc.dictionary(
    anyOf("nginx.ingress.kubernetes.io/auth-url", "team"),
    anyOf("https://auth.example.com", ""),
  ),
  authorizationServers: fc.array(anyOf("https://login.example.com", "https://id.example.org"), { maxLength: 2 }),
  allowedOrigins: fc.array(anyOf("https://app.example.com"), { maxLength: 1 }),
  fromNamespace: anyOf("ingress", "traefik"),
};
const byIngress = {
  kind: anyOf("ingress"),
  ingressClass: anyOf("nginx", "internal"),
  clusterIssuer: anyOf("letsencrypt"),
  tlsSecret: anyOf("wildcard"),
};
const byGateway = { kind: anyOf("gateway"), gateway: anyOf("infra/public", "gateways/a.b") };
const exposure = fc.oneof(
  fc.record({ ...byAny, ...byIngress }, { requiredKeys: ["publicUrl", "authentication"] }),
  fc.record({ ...byAny, ...byGateway }, { requiredKeys: ["publicUrl", "authentication", "kind", "gateway"] }),
);

const autoscaling = fc.record(
  {
    minReplicas: fc.integer({ min: 1, max: 3 }),
    maxReplicas: fc.integer({ min: 1, max: 20 }),
    cpuPercent: fc.integer({ min: 1, max: 200 }),
    memoryPercent: fc.integer({ min: 1, max: 100 }),
  },
  { requiredKeys: ["maxReplicas"] },
);
const byMetric = fc.record({
  maxReplicas: fc.integer({ min: 4, max: 20 }),
  metric: anyOf("mcp_active_connections"),
  metricAverage: anyOf("20", "500m"),
});

const peer = some({ namespace: anyOf("agents", "default"), podLabels });
const addresses = fc.oneof(
  fc.record(
    {
      cidr: anyOf("0.0.0.0/0", "10.0.0.0/8"),
      except: fc.subarray(["10.1.0.0/16", "10.2.3.4/32"]),
      ports,
    },
    { requiredKeys: ["cidr"] },
  ),
  fc.record({ cidr: anyOf("2001:db8::/32", "::/0"), ports }, { requiredKeys: ["cidr"] }),
  fc.record({ namespace: anyOf("databases"), podLabels, ports }, { requiredKeys: ["namespace"] }),
  fc.record({ podLabels, ports }, { requiredKeys: ["podLabels"] }),
);
const egress = fc.oneof(
  { arbitrary: addresses, weight: 4 },
  fc.record({ host: anyOf("api.example.com", "*.example.org"), ports }, { requiredKeys: ["host"] }),
);

const scheduling = some({
  nodeSelector: fc.dictionary(anyOf("kubernetes.io/arch", "pool"), anyOf("arm64", "mcp"), { minKeys: 1 }),
  tolerations: fc.array(anyOf("spot", "nvidia.com/gpu"), { maxLength: 2 }),
  priorityClass: anyOf("system-cluster-critical", "high"),
  spreadOver: fc.subarray(["kubernetes.io/hostname", "topology.kubernetes.io/zone", "rack"]),
});

const pullSecrets = fc.array(anyOf("registry", "mirror"), { maxLength: 2 });

/** Everything that a server's deployment can be told, in any combination, valid or not. */
const options: fc.Arbitrary<Options> = some<Required<Options>>({
  source: anyOf("http", "stdio", "node", "health", "image", "image"),
  port,
  metricsPort: port,
  path: anyOf("/mcp", "/", "/tools/v1"),
  env: texts,
  secrets,
  sessions: anyOf("none", "affinity", "redis"),
  callTimeoutSeconds: fc.integer({ min: 1, max: 3600 }),
  resources: some({
    cpuLimit: anyOf(0.001, 0.5, 1, 1.5, 2),
    cpuReservation: anyOf(0.001, 0.25, 0.5),
    memoryLimit: quantity,
    memoryReservation: quantity,
  }),
  health,
  bridge: some({
    maxSessions: fc.integer({ min: 1, max: 50 }),
    idleTimeoutSeconds: fc.integer({ min: 1, max: 3600 }),
    stateless: fc.boolean(),
  }),
  registry: fc.record(
    { server: anyOf("registry.example.com:5000"), username: anyOf("ci"), password: anyOf("s3cret-token") },
    { requiredKeys: ["server"] },
  ),
  fixedNames: fc.boolean(),
  replicas: fc.integer({ min: 1, max: 4 }),
  autoscaling: fc.oneof(autoscaling, byMetric),
  exposure,
  networkRules: anyOf("kubernetes", "cilium", "none"),
  ingress: fc.array(peer, { maxLength: 3 }),
  egress: fc.array(egress, { maxLength: 3 }),
  monitoringNamespace: anyOf("monitoring", "prometheus"),
  metricsIngress: fc.array(peer, { maxLength: 2 }),
  scrapeAnnotations: fc.boolean(),
  scheduling,
  secretKeys: fc.dictionary(anyOf("DB_PASSWORD", "TOKEN", "GREETING"), anyOf({ secret: "vault", key: "password" })),
  imagePullSecrets: pullSecrets,
  runAsUser: fc.oneof(fc.integer({ min: 0, max: 2 ** 31 - 1 }), anyOf(0, 1, 1000, 10001)),
  rolloutTimeoutSeconds: fc.integer({ min: 0, max: 3600 }),
} as unknown as { [K in keyof Required<Options>]: fc.Arbitrary<Required<Options>[K]> }) as fc.Arbitrary<Options>;

/** A server whose image exists already. */
const EXISTING = { image: { reference: `ghcr.io/acme/weather@sha256:${"d".repeat(64)}` }, args: ["serve", "$(PORT)"] };

const files = fc.dictionary(anyOf("a.conf", "rules.yml", "_.-"), anyOf("", "a: $(b)\n", "ünïcode"), {
  noNullPrototype: true,
});

/** Everything that a service can be told, in any combination. */
const serviceOptions = fc.record(
  {
    image: anyOf("postgres:17", `qdrant/qdrant@sha256:${"b".repeat(64)}`),
    port: fc.integer({ min: 1, max: 65535 }),
    fixedNames: fc.boolean(),
    command,
    env: texts,
    secrets,
    volume: anyOf("/data", "/var/lib/postgresql/data"),
    volumeSize: anyOf("1Gi", "500M"),
    storageClass: anyOf("fast"),
    keepData: fc.boolean(),
    files,
    secretFiles: fc.dictionary(anyOf("token"), anyOf("s3cret-1"), { noNullPrototype: true }),
    readinessPath: anyOf("/-/ready", "/health"),
    ingress: fc.array(peer, { maxLength: 2 }),
    egress: fc.array(addresses, { maxLength: 2 }),
    health: command,
    user: anyOf(1, 70, 999, 65534),
    writable: fc.boolean(),
    memoryLimit: quantity,
    cpuLimit: anyOf(0.1, 1, 2.5),
    imagePullSecrets: pullSecrets,
  },
  { requiredKeys: ["image", "port"] },
) as fc.Arbitrary<McpStatefulSetArgs>;

/** What the components accept of it, as they decide it themselves. */
function isValid(args: McpDeploymentArgs): boolean {
  try {
    const { clients: _, ...settings } = plainSettings(shapingArgs(args));
    resolveDeployment(resolve("server", settings), settings, args.registry !== undefined);
    return true;
  } catch (error) {
    if (error instanceof InvalidInputError) return false;
    throw error;
  }
}

/**
 * Valid combinations of a server's options.
 * @param sources folders of servers, by the names that the options have for them
 * @returns as many as were asked for, and how many had to be generated for that
 */
export function validOptions(count: number, seed: number, sources: Record<string, string>) {
  const found: McpDeploymentArgs[] = [];
  let generated = 0;
  for (const candidate of fc.sample(options, { seed, numRuns: count * 20 })) {
    if (found.length === count) break;
    generated++;
    const { exposure, source = "http", path = "/mcp" } = candidate as Options & { exposure?: { publicUrl: string } };
    const publicUrl = exposure && `${exposure.publicUrl}${path}`;
    const { source: _, bridge, ...others } = candidate;
    const args = {
      ...others,
      ...(source === "image" ? EXISTING : { source: sources[source], ...(bridge && { bridge }) }),
      ...(exposure && { exposure: { ...exposure, publicUrl } }),
    } as McpDeploymentArgs;
    if (isValid(args)) found.push(args);
  }
  return { found, generated };
}

export const services = (count: number, seed: number): McpStatefulSetArgs[] =>
  fc.sample(serviceOptions, { seed, numRuns: count });
