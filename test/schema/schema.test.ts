import assert from "node:assert/strict";
import path from "node:path";
import { ComponentProvider, getPulumiComponents } from "@pulumi/pulumi/provider/experimental/provider";
import type { ComplexType, PackageSpec, Property, Resource } from "@pulumi/pulumi/provider/experimental/schema";
import * as ts from "typescript";
import * as components from "../../components";
import { REPOSITORY } from "../support/stack";

/**
 * The public surface, as every Pulumi language sees it: "?" marks what may be left out, "plain" what takes no output.
 * A change here is a change of the contract: see CONTRIBUTING.md and CHANGELOG.md.
 */
const SURFACE = `
mcp:index:McpClusterLogging
  in   servers: LoggedServerArgs[]
  in   namespace: string
  in   fixedNames?: boolean
  in   elasticsearch?: ClusterElasticsearchArgs
  in   logstash?: ClusterLogstashArgs
  in   kibana?: ClusterKibanaArgs
  in   shipper?: ClusterLogShipperArgs
  in   keepData?: boolean
  in   imagePullSecrets?: string[]
  in   kubeconfig?: string
  in   context?: string
  in   version?: string
  in   security?: boolean
  in   retentionDays?: number
  in   index?: string
  in   destination?: LogDestinationArgs
  out  elasticsearchUrl?: string
  out  kibanaUrl?: string
  out  password?: string
  out  readerName?: string
  out  readerPassword?: string
mcp:index:McpClusterMonitoring
  in   servers: MonitoredServerArgs[]
  in   namespace?: string
  in   fixedNames?: boolean
  in   discovery?: MetricsDiscovery
  in   labels?: map of string
  in   seriesLabels?: map of string
  in   fromNamespace?: string
  in   prometheus?: ClusterPrometheusArgs
  in   alertmanager?: ClusterAlertmanagerArgs
  in   grafana?: ClusterGrafanaArgs
  in   thresholds?: ThresholdsArgs
  in   runbookBaseUrl?: string
  in   keepData?: boolean
  in   imagePullSecrets?: string[]
  in   kubeconfig?: string
  in   context?: string
  out  prometheusUrl?: string
  out  alertmanagerUrl?: string
mcp:index:McpContainer
  in   containerName?: string
  in   network?: string
  in   source?: string
  in   runtime?: Runtime
  in   transport?: Transport
  in   entryPoint?: string
  in   args?: string[]
  in   port?: number
  in   metricsPort?: number
  in   path?: string
  in   env?: map of string
  in   secrets?: map of string
  in   sessions?: Sessions
  in   callTimeoutSeconds?: number
  in   telemetry?: boolean
  in   resources?: ResourcesArgs
  in   health?: HealthArgs
  in   image?: ImageArgs
  in   registry?: RegistryArgs
  in   bridge?: BridgeArgs
  in   launchedByClient?: boolean
  in   develop?: DevelopArgs
  in   clients?: Client[]
  out  transport: string
  out  url?: string
  out  command?: string
  out  args?: string[]
  out  image: string
  out  tools: string[]
  out  toolsDigest: string
mcp:index:McpDeployment
  in   namespace?: string
  in   fixedNames?: boolean
  in   replicas?: number
  in   autoscaling?: AutoscalingArgs
  in   exposure?: ExposureArgs
  in   networkRules?: NetworkRules
  in   ingress?: PeerArgs[]
  in   egress?: EgressArgs[]
  in   monitoringNamespace?: string
  in   metricsIngress?: PeerArgs[]
  in   scrapeAnnotations?: boolean
  in   scheduling?: SchedulingArgs
  in   secretKeys?: map of SecretKeyArgs
  in   imagePullSecrets?: string[]
  in   runAsUser?: number
  in   rolloutTimeoutSeconds?: number
  in   kubeconfig?: string
  in   context?: string
  in   source?: string
  in   runtime?: Runtime
  in   transport?: Transport
  in   entryPoint?: string
  in   args?: string[]
  in   port?: number
  in   metricsPort?: number
  in   path?: string
  in   env?: map of string
  in   secrets?: map of string
  in   sessions?: Sessions
  in   callTimeoutSeconds?: number
  in   telemetry?: boolean
  in   resources?: ResourcesArgs
  in   health?: HealthArgs
  in   image?: ImageArgs
  in   registry?: RegistryArgs
  in   bridge?: BridgeArgs
  in   launchedByClient?: boolean
  in   develop?: DevelopArgs
  in   clients?: Client[]
  out  transport: string
  out  url: string
  out  clusterUrl: string
  out  image: string
  out  deployment: string
  out  tools: string[]
  out  toolsDigest: string
mcp:index:McpImage
  in   source?: string
  in   runtime?: Runtime
  in   transport?: Transport
  in   entryPoint?: string
  in   args?: string[]
  in   port?: number
  in   metricsPort?: number
  in   path?: string
  in   env?: map of string
  in   secrets?: map of string
  in   sessions?: Sessions
  in   callTimeoutSeconds?: number
  in   telemetry?: boolean
  in   resources?: ResourcesArgs
  in   health?: HealthArgs
  in   image?: ImageArgs
  in   registry?: RegistryArgs
  in   bridge?: BridgeArgs
  in   launchedByClient?: boolean
  in   develop?: DevelopArgs
  in   clients?: Client[]
  out  reference: string
mcp:index:McpLogging
  in   network: string
  in   elasticsearch?: ElasticsearchArgs
  in   kibana?: KibanaArgs
  in   shipper?: LogShipperArgs
  in   version?: string
  in   security?: boolean
  in   retentionDays?: number
  in   index?: string
  in   logstash?: LogstashServiceArgs
  in   destination?: LogDestinationArgs
  out  elasticsearchUrl?: string
  out  kibanaUrl?: string
  out  password?: string
  out  networkUrl?: string
  out  readerName?: string
  out  readerPassword?: string
mcp:index:McpMonitoring
  in   network: string
  in   servers: MonitoredServerArgs[]
  in   prometheus?: PrometheusArgs
  in   alertmanager?: AlertmanagerArgs
  in   grafana?: GrafanaArgs
  in   logs?: LogSourceArgs
  in   thresholds?: ThresholdsArgs
  in   runbookBaseUrl?: string
  out  prometheusUrl: string
  out  alertmanagerUrl: string
  out  grafanaUrl?: string
  out  grafanaPassword?: string
mcp:index:McpNamespace
  in   namespace?: string
  in   quota?: map of string
  in   containerLimits?: map of string
  in   containerRequests?: map of string
  in   podSecurity?: PodSecurity
  in   denyAll?: boolean
  in   keep?: boolean
  out  namespace: string
mcp:index:McpProcess
  in   source?: string
  in   runtime?: Runtime
  in   transport?: Transport
  in   entryPoint?: string
  in   args?: string[]
  in   port?: number
  in   metricsPort?: number
  in   path?: string
  in   env?: map of string
  in   secrets?: map of string
  in   sessions?: Sessions
  in   callTimeoutSeconds?: number
  in   telemetry?: boolean
  in   resources?: ResourcesArgs
  in   health?: HealthArgs
  in   image?: ImageArgs
  in   registry?: RegistryArgs
  in   bridge?: BridgeArgs
  in   launchedByClient?: boolean
  in   develop?: DevelopArgs
  in   clients?: Client[]
  out  transport: string
  out  url?: string
  out  command?: string
  out  args?: string[]
  out  tools: string[]
  out  toolsDigest: string
mcp:index:McpRedis
  in   network: string
  in   image?: string
  in   publish?: number
  in   containerName?: string
  out  url: string
  out  hostUrl: string
mcp:index:McpRedisStatefulSet
  in   namespace?: string
  in   fixedNames?: boolean
  in   image?: string
  in   volumeSize?: string
  in   storageClass?: string
  in   keepData?: boolean
  in   memoryLimit?: string
  in   imagePullSecrets?: string[]
  in   kubeconfig?: string
  in   context?: string
  out  url: string
mcp:index:McpService
  in   image: string
  in   network: string
  in   command?: string[]
  in   env?: map of string
  in   secrets?: map of string
  in   volume?: string
  in   files?: map of string
  in   tmpfs?: map of string
  in   hostFolders?: map of string
  in   publish?: number
  in   internalPort?: number
  in   health?: string[]
  in   healthPath?: string
  in   startSeconds?: number
  in   user?: string
  in   capabilities?: string[]
  in   writable?: boolean
  in   memoryLimit?: string
  in   cpuLimit?: number
  in   containerName?: string
  out  host: string
  out  containerId: string
mcp:index:McpStatefulSet
  in   image: string
  in   port: number
  in   namespace?: string
  in   fixedNames?: boolean
  in   command?: string[]
  in   env?: map of string
  in   secrets?: map of string
  in   files?: map of string
  in   secretFiles?: map of string
  in   volume?: string
  in   volumeSize?: string
  in   storageClass?: string
  in   keepData?: boolean
  in   health?: string[]
  in   readinessPath?: string
  in   ingress?: PeerArgs[]
  in   egress?: EgressArgs[]
  in   user?: number
  in   group?: number
  in   scratch?: plain map of plain string
  in   startSeconds?: number
  in   writable?: boolean
  in   memoryLimit?: string
  in   cpuLimit?: number
  in   imagePullSecrets?: string[]
  in   kubeconfig?: string
  in   context?: string
  out  host: string
  out  statefulSet: string
  out  statefulSetUid: string
  out  address: string
mcp:index:AlertmanagerArgs
  port?: number
  image?: string
  receivers?: ReceiverArgs[]
mcp:index:Authentication = None "none" | OAuth "oauth" | Proxy "proxy"
mcp:index:AutoscalingArgs
  minReplicas?: number
  maxReplicas: number
  cpuPercent?: number
  memoryPercent?: number
  metric?: string
  metricAverage?: string
mcp:index:BridgeArgs
  maxSessions?: number
  idleTimeoutSeconds?: number
  stateless?: boolean
mcp:index:Client = ClaudeDesktop "claudeDesktop" | ClaudeCode "claudeCode" | VsCode "vscode" | Cursor "cursor" | Windsurf "windsurf" | Gemini "gemini" | Codex "codex"
mcp:index:ClusterAlertmanagerArgs
  volumeSize?: string
  storageClass?: string
  image?: string
  receivers?: ReceiverArgs[]
mcp:index:ClusterElasticsearchArgs
  image?: string
  memoryLimit?: string
  volumeSize?: string
  storageClass?: string
mcp:index:ClusterGrafanaArgs
  enabled?: boolean
mcp:index:ClusterKibanaArgs
  enabled?: boolean
  image?: string
  memoryLimit?: string
  volumeSize?: string
  storageClass?: string
mcp:index:ClusterLogShipperArgs
  namespace?: string
  image?: string
  imagePullSecrets?: string[]
  podsFolder?: string
  storageFolder?: string
  nodeSelector?: map of string
  memoryLimit?: string
mcp:index:ClusterLogstashArgs
  filter?: string
  image?: string
  memoryLimit?: string
  volumeSize?: string
  storageClass?: string
mcp:index:ClusterPrometheusArgs
  volumeSize?: string
  storageClass?: string
  image?: string
  retention?: string
  retentionSize?: string
  scrapeInterval?: string
  memoryLimit?: string
mcp:index:DevelopArgs
  mount?: boolean
  debugPort?: number
mcp:index:EgressArgs
  cidr?: string
  except?: string[]
  namespace?: string
  podLabels?: map of string
  host?: string
  ports?: number[]
mcp:index:ElasticsearchArgs
  port?: number
  image?: string
  memoryLimit?: string
mcp:index:EmailArgs
  smarthost: string
  from: string
  to: string
  username?: string
  password?: string
  requireTls?: boolean
mcp:index:ExposureArgs
  publicUrl: string
  authentication: Authentication
  kind?: ExposureKind
  ingressClass?: string
  annotations?: map of string
  gateway?: string
  clusterIssuer?: string
  tlsSecret?: string
  authorizationServers?: string[]
  allowedOrigins?: string[]
  fromNamespace?: string
mcp:index:ExposureKind = Ingress "ingress" | Gateway "gateway"
mcp:index:GrafanaArgs
  enabled?: boolean
  image?: string
  port?: number
mcp:index:HealthArgs
  readinessPath?: string
  livenessPath?: string
  intervalSeconds?: number
  timeoutSeconds?: number
  startPeriodSeconds?: number
  retries?: number
  command?: string[]
mcp:index:ImageArgs
  reference?: string
  dockerfile?: string
  layout?: ImageLayout
  base?: string
  securityUpdates?: boolean
  systemPackages?: string[]
  buildPackages?: string[]
  buildArgs?: map of string
  buildSecrets?: map of string
  mirror?: string
  caCertificate?: string
  refresh?: string
  pinning?: ImagePinning
  repository?: string
  scan?: ScanArgs
  platform?: string
mcp:index:ImageLayout = MultiStage "multi-stage" | Lightweight "lightweight"
mcp:index:ImagePinning = Refuse "refuse" | Warn "warn" | Off "off"
mcp:index:KibanaArgs
  port?: number
  enabled?: boolean
  image?: string
  memoryLimit?: string
mcp:index:LogDestinationArgs
  elasticsearch?: LogElasticsearchArgs
  otlp?: LogOtlpArgs
  loki?: LogLokiArgs
mcp:index:LogElasticsearchArgs
  url: string
  username?: string
  password?: string
  setup?: boolean
mcp:index:LogLokiArgs
  url: string
  tenant?: string
  username?: string
  password?: string
mcp:index:LogOtlpArgs
  url: string
  headers?: map of string
  secretHeaders?: map of string
mcp:index:LogShipperArgs
  image?: string
  port?: number
  containersFolder?: string
  memoryLimit?: string
mcp:index:LogSourceArgs
  url: string
  index?: string
  username?: string
  password?: string
mcp:index:LoggedServerArgs
  name: string
  deployment?: string
mcp:index:LogstashServiceArgs
  filter?: string
  image?: string
  memoryLimit?: string
mcp:index:MetricsDiscovery = None "none" | Annotations "annotations" | PodMonitor "podMonitor"
mcp:index:MonitoredServerArgs
  name: string
  metricsPort?: number
  memoryLimit?: string
mcp:index:NetworkRules = None "none" | Kubernetes "kubernetes" | Cilium "cilium"
mcp:index:PeerArgs
  namespace?: string
  podLabels?: map of string
mcp:index:PodSecurity = Restricted "restricted" | Baseline "baseline" | Privileged "privileged"
mcp:index:PrometheusArgs
  port?: number
  image?: string
  retention?: string
  retentionSize?: string
  scrapeInterval?: string
  memoryLimit?: string
mcp:index:ReceiverArgs
  name: string
  severity?: string
  webhook?: WebhookArgs
  slack?: SlackArgs
  email?: EmailArgs
mcp:index:RegistryArgs
  server: string
  namespace?: string
  username?: string
  password?: string
mcp:index:ResourcesArgs
  cpuLimit?: number
  memoryLimit?: string
  cpuReservation?: number
  memoryReservation?: string
mcp:index:Runtime = Python "python" | Node "node"
mcp:index:ScanArgs
  scanner?: Scanner
  severity?: Severity
  unfixed?: boolean
  ignore?: string[]
  sbom?: string
mcp:index:Scanner = Trivy "trivy" | Grype "grype"
mcp:index:SchedulingArgs
  nodeSelector?: map of string
  tolerations?: string[]
  priorityClass?: string
  spreadOver?: string[]
mcp:index:SecretKeyArgs
  secret: string
  key: string
mcp:index:Sessions = None "none" | Affinity "affinity" | Redis "redis"
mcp:index:Severity = Critical "critical" | High "high" | Medium "medium" | Low "low"
mcp:index:SlackArgs
  webhookUrl: string
  channel: string
mcp:index:ThresholdsArgs
  downFor?: string
  noReadyReplicaFor?: string
  errorRatio?: number
  errorRatioFor?: string
  latencySeconds?: number
  latencyFor?: string
  minimumRequests?: number
  restarts?: number
  memoryRatio?: number
  memoryFor?: string
  sessionGrowth?: number
  sessionGrowthFor?: string
  metricsMissingFor?: string
mcp:index:Transport = Stdio "stdio" | Http "http"
mcp:index:WebhookArgs
  url: string
`;

/** Optional fields without a default. */
const NO_DEFAULT = ["McpCheckArgs.url", "McpCheckArgs.command"];

describe("the package's schema", function () {
  this.timeout(60_000);
  let schema: PackageSpec;

  before(async () => {
    // What `pulumi package add` runs to generate the SDK of a language.
    const provider = new ComponentProvider({
      name: "mcp",
      dirname: REPOSITORY,
      components: getPulumiComponents(components),
    });
    schema = JSON.parse(await provider.getSchema());
  });

  it("holds exactly these components, inputs, outputs and types", () => {
    assert.equal(`\n${surface(schema)}\n`, SURFACE);
  });

  it("asks for two inputs at most", () => {
    for (const [token, { requiredInputs }] of Object.entries(schema.resources)) {
      assert.ok((requiredInputs ?? []).length <= 2, token);
    }
  });

  it("describes every component and every property, in words", () => {
    const undescribed = (name: string, fields: Record<string, Property> = {}) =>
      Object.keys(fields)
        .filter((field) => !isProse(fields[field]?.description))
        .map((field) => `${name}.${field}`);
    const found = [
      ...Object.entries(schema.resources).flatMap(([token, resource]) => [
        ...(isProse(resource.description) ? [] : [token]),
        ...undescribed(`${token} in`, resource.inputProperties),
        ...undescribed(`${token} out`, resource.properties),
      ]),
      ...Object.entries(schema.types).flatMap(([token, type]) => undescribed(token, type.properties)),
    ];
    assert.deepEqual(found, []);
  });

  it("needs no other package", () => {
    assert.deepEqual(schema.dependencies, []);
  });
});

describe("the documentation of the public surface", function () {
  this.timeout(60_000);
  let declarations: Declaration[];

  before(() => {
    declarations = publicDeclarations();
  });

  it("covers every class, interface, enum and each of their fields", () => {
    const names = declarations.map(({ name }) => name);
    for (const expected of Object.keys(components)) assert.ok(names.includes(expected), expected);
    assert.ok(names.includes("McpServerArgs.source") && names.includes("McpProcess.url"), names.join(" "));
    assert.deepEqual(
      declarations.filter(({ doc }) => !isProse(doc)).map(({ name }) => name),
      [],
    );
  });

  it("says the default of every optional field", () => {
    const silent = declarations.filter(({ optional, doc }) => optional && !/\bDefaults to \S/.test(doc));
    assert.deepEqual(
      silent.map(({ name }) => name),
      NO_DEFAULT,
    );
  });
});

/** The schema in a form that a person can compare. */
function surface({ resources, types }: PackageSpec): string {
  return [
    ...sorted(resources).flatMap(([token, resource]) => [
      token,
      ...fields("in   ", resource.inputProperties, resource.requiredInputs),
      ...fields("out  ", resource.properties, resource.required),
    ]),
    ...sorted(types).flatMap(([token, type]) =>
      type.enum
        ? [`${token} = ${type.enum.map(({ name, value }) => `${name} ${JSON.stringify(value)}`).join(" | ")}`]
        : [token, ...fields("", type.properties, type.required)],
    ),
  ].join("\n");
}

function fields(prefix: string, all: Resource["properties"], required: string[] = []): string[] {
  return Object.entries(all ?? {}).map(
    ([name, property]) => `  ${prefix}${name}${required.includes(name) ? "" : "?"}: ${typeName(property)}`,
  );
}

function typeName(property: Property): string {
  const plain = property.plain ? "plain " : "";
  if ("$ref" in property) return `${plain}${property.$ref.replace("#/types/mcp:index:", "")}`;
  if (property.items) return `${plain}${typeName(property.items)}[]`;
  if (property.additionalProperties) return `${plain}map of ${typeName(property.additionalProperties)}`;
  return `${plain}${property.type}`;
}

const sorted = <T extends Resource | ComplexType>(all: Record<string, T>): [string, T][] =>
  Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));

/** Whether a doc comment says something. A `{@link}` in it comes out of the schema as "[object Object]". */
const isProse = (doc: string | undefined): boolean =>
  doc !== undefined && /^[A-Z].{8,}[.:]/s.test(doc) && !doc.includes("[object");

/** Something public, or a field of it. */
interface Declaration {
  name: string;
  doc: string;
  /** Whether it is a field of args that may be left out. */
  optional: boolean;
}

/** What components/index.ts exports, with all public fields, as the compiler sees it. */
function publicDeclarations(): Declaration[] {
  const { config } = ts.readConfigFile(path.join(REPOSITORY, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, REPOSITORY);
  const entry = path.join(REPOSITORY, "components", "index.ts");
  const program = ts.createProgram([entry], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  assert.ok(module);

  const describeSymbol = (symbol: ts.Symbol, name: string, optional: boolean): Declaration => ({
    name,
    doc: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
    optional,
  });
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const members = [...(symbol.members?.values() ?? [])].filter(isPublicField);
    return [
      describeSymbol(symbol, symbol.name, false),
      ...members.map((member) => {
        const optional = Boolean(symbol.flags & ts.SymbolFlags.Interface && member.flags & ts.SymbolFlags.Optional);
        return describeSymbol(member, `${symbol.name}.${member.name}`, optional);
      }),
    ];
  });
}

function isPublicField({ flags, valueDeclaration }: ts.Symbol): boolean {
  if (!(flags & ts.SymbolFlags.Property) || !valueDeclaration) return false;
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return !(ts.getCombinedModifierFlags(valueDeclaration as ts.Declaration) & hidden);
}
