import type { ElasticsearchArgs, KibanaArgs, LogShipperArgs } from "../components/docker/logging/args";
import type {
  AlertmanagerArgs,
  GrafanaArgs,
  McpMonitoringArgs,
  PrometheusArgs,
} from "../components/docker/monitoring/args";
import type { McpServiceArgs } from "../components/docker/serviceArgs";
import type { McpDeploymentArgs } from "../components/kubernetes/args";
import type {
  ClusterElasticsearchArgs,
  ClusterKibanaArgs,
  ClusterLogShipperArgs,
  ClusterLogstashArgs,
} from "../components/kubernetes/logging/args";
import type { McpNamespaceArgs } from "../components/kubernetes/mcpNamespace";
import type {
  ClusterAlertmanagerArgs,
  ClusterGrafanaArgs,
  ClusterPrometheusArgs,
  McpClusterMonitoringArgs,
} from "../components/kubernetes/monitoring/args";
import type { McpStatefulSetArgs } from "../components/kubernetes/statefulSetArgs";
import type { EmailArgs, ReceiverArgs, SlackArgs } from "../components/monitoring/args";
import type { Client, ImageArgs, McpServerArgs, RegistryArgs, Target } from "../components/server/args";
import type { LogElasticsearchArgs, LogLokiArgs, LogOtlpArgs, LogStackArgs } from "../components/services/logging/args";

/**
 * The config of a stack: what stands below `mcp:` in `Pulumi.<stack>.yaml`. Its fields are those of the components' args. Declared
 * here is only what differs: secrets are named and stand in `mcp:secrets`, and entries have names.
 */
export interface StackConfig {
  /** Where the servers run: "process", "docker" or "kubernetes". Defaults to "process". */
  target?: Target;
  /** The servers, one or more. */
  servers: ServerConfig[];
  /** Values of secrets by the names that other settings use; set with `pulumi config set --secret --path 'mcp:secrets.NAME' VALUE`. Defaults to none. */
  secrets?: { [name: string]: string };
  /** What servers need beside them, such as Redis; for the docker and kubernetes targets. Defaults to none. */
  services?: ServiceConfig[];
  /** How the images of all servers are built; a server's own settings go before these. Defaults to the guidelines' multi-stage build. */
  image?: BuildConfig;
  /** Where images are pushed. Defaults to none: they stay on the Docker Engine that built them. */
  registry?: RegistryConfig;
  /** The cluster; for the kubernetes target, which needs it. Defaults to none. */
  kubernetes?: ClusterConfig;
  /** Prometheus, Alertmanager and dashboards; for the docker and kubernetes targets. Defaults to none. */
  monitoring?: MonitoringConfig;
  /** All logs in one place; for the docker and kubernetes targets. Defaults to none: each server keeps its own. */
  logging?: LoggingConfig;
  /** MCP clients into whose configuration files of this user the servers are entered. Defaults to none. */
  clients?: Client[];
}

/** A server: what it is, and what it has around it. */
export interface ServerConfig extends Omit<McpServerArgs, "secrets" | "image" | "registry" | "clients"> {
  /** Name of the server: lower-case letters, digits and hyphens. */
  name: string;
  /** Environment variables whose values stand in `mcp:secrets` under the same names. Defaults to none. */
  secrets?: string[];
  /** How its image is built, or which one is deployed as it is. Defaults to what `mcp:image` says. */
  image?: ImageConfig;
  /** Where this server runs: as a "process" beside the stack's services in Docker. Defaults to `mcp:target`. */
  target?: Target;
  /** Services of `mcp:services` that it needs: it waits for them, and gets REDIS_URL of a Redis. Defaults to none. */
  services?: string[];
  /** Name of its container; for the docker target. Defaults to "mcp-<stack>-<name>". */
  containerName?: string;
  /** How the cluster runs it; for the kubernetes target. Defaults to one replica that its namespace reaches. */
  kubernetes?: DeploymentConfig;
}

/** The image of a server. */
export interface ImageConfig extends Omit<ImageArgs, "buildSecrets"> {
  /** Build arguments whose values stand in `mcp:secrets` under the same names. Defaults to none. */
  buildSecrets?: string[];
}

/** How images are built. */
export interface BuildConfig extends Omit<ImageConfig, "reference"> {}

/** Where images are pushed. With a `username`, the password is `mcp:secrets.REGISTRY_PASSWORD`. */
export interface RegistryConfig extends Omit<RegistryArgs, "password"> {}

/** What the stack says of the deployment of all servers, and what is not for the config of one. */
type OfStack = "namespace" | "kubeconfig" | "context" | "metricsIngress" | "scrapeAnnotations";

/** How the cluster runs a server. */
export interface DeploymentConfig extends Omit<McpDeploymentArgs, keyof McpServerArgs | OfStack> {}

/** What a service is: a Redis whose settings are known, or any image. */
export const ServiceKind = { Redis: "redis", Image: "image" } as const;
export type ServiceKind = (typeof ServiceKind)[keyof typeof ServiceKind];

/** What only components say of a service, or the config says in its own way. */
type OfService = "network" | "image" | "secrets" | "files" | "tmpfs" | "hostFolders" | "healthPath" | "startSeconds";

/** A service beside the servers. */
export interface ServiceConfig
  extends Omit<McpServiceArgs, OfService>,
    Pick<McpStatefulSetArgs, "volumeSize" | "storageClass"> {
  /** Name under which servers ask for it and reach it. */
  name: string;
  /** What it is: "redis" needs no more, "image" needs `image`. Defaults to "image". */
  kind?: ServiceKind;
  /** Image, with a pinned tag or a digest. Defaults to "redis:7-alpine" for a Redis. */
  image?: string;
  /** Environment variables whose values stand in `mcp:secrets` under the same names. Defaults to none. */
  secrets?: string[];
}

/** The cluster of a stack. */
export interface ClusterConfig
  extends Pick<McpNamespaceArgs, "quota" | "containerLimits" | "containerRequests">,
    Pick<McpDeploymentArgs, "imagePullSecrets"> {
  /** Context of the kubeconfig. The stack is deployed there and nowhere else. */
  context: string;
  /** URL of that cluster's API server: a context of that name that leads elsewhere is refused. Defaults to none. */
  server?: string;
  /** Namespace of the stack. Defaults to "mcp-<stack>". */
  namespace?: string;
  /** Whether the namespace is created with the stack. Defaults to true. */
  createNamespace?: boolean;
  /** Whether objects that exist already are taken over, such as a namespace that an earlier `destroy` kept. Defaults to false: they are an error. */
  adopt?: boolean;
  /** Whether the data of services stays when the stack is destroyed. Defaults to true. */
  keepData?: boolean;
}

/** What reads the servers' metrics, each target with its own keys. */
export interface MonitoringConfig
  extends Pick<McpMonitoringArgs, "thresholds" | "runbookBaseUrl">,
    Pick<McpClusterMonitoringArgs, "discovery" | "labels" | "fromNamespace"> {
  /** Prometheus. Defaults to one in Docker, and to none in a cluster. */
  prometheus?: PrometheusConfig;
  /** Alertmanager. Defaults to one in Docker that tells nobody, and to none in a cluster. */
  alertmanager?: AlertmanagerConfig;
  /** Dashboards. Defaults to a Grafana in Docker, and to ConfigMaps for the cluster's own. */
  grafana?: GrafanaConfig;
}

/** Prometheus. */
export interface PrometheusConfig extends PrometheusArgs, ClusterPrometheusArgs {}

/** Alertmanager. */
export interface AlertmanagerConfig extends Omit<AlertmanagerArgs & ClusterAlertmanagerArgs, "receivers"> {
  /** Who is told. Defaults to nobody: alerts are shown, and no more. */
  receivers?: ReceiverConfig[];
}

/** Grafana in Docker, or dashboards for that of the cluster. */
export interface GrafanaConfig extends GrafanaArgs, ClusterGrafanaArgs {}

/** Who is told of alerts: by one of `webhook`, `slack` and `email`. */
export interface ReceiverConfig extends Omit<ReceiverArgs, "webhook" | "slack" | "email"> {
  /** Posted to a service. Defaults to none. */
  webhook?: WebhookConfig;
  /** Written to a channel of Slack. Defaults to none. */
  slack?: SlackConfig;
  /** Sent by e-mail. Defaults to none. */
  email?: EmailConfig;
}

/** A service that is told of alerts by HTTP. */
export interface WebhookConfig {
  /** Name of the URL in `mcp:secrets`. */
  urlSecret: string;
}

/** A channel of Slack that is told of alerts. */
export interface SlackConfig extends Omit<SlackArgs, "webhookUrl">, WebhookConfig {}

/** A password that stands in `mcp:secrets`. */
interface PasswordConfig {
  /** Name of the password in `mcp:secrets`. Defaults to none: no authentication. */
  passwordSecret?: string;
}

/** Addresses that are told of alerts by e-mail. */
export interface EmailConfig extends Omit<EmailArgs, "password">, PasswordConfig {}

/** How the logs are collected, each target with its own keys. */
export interface LoggingConfig extends Omit<LogStackArgs, "elasticsearch" | "logstash" | "kibana" | "destination"> {
  /** Elasticsearch. Defaults to one with a volume that outlives the stack. */
  elasticsearch?: ElasticsearchConfig;
  /** Logstash. Defaults to one that hands on what it gets. */
  logstash?: ClusterLogstashArgs;
  /** Kibana. Defaults to one. */
  kibana?: KibanaConfig;
  /** The shipper. Defaults to one that reads all logs of the servers. */
  shipper?: LogShipperConfig;
  /** Where the logs go instead: one of these. Defaults to an Elasticsearch of the stack's own. */
  destination?: DestinationConfig;
}

/** Elasticsearch, which keeps the logs. */
export interface ElasticsearchConfig extends ElasticsearchArgs, ClusterElasticsearchArgs {}

/** Kibana, which shows the logs. */
export interface KibanaConfig extends KibanaArgs, ClusterKibanaArgs {}

/** The shipper, an OpenTelemetry Collector that reads the log files. */
export interface LogShipperConfig extends LogShipperArgs, ClusterLogShipperArgs {}

/** Where the logs go when it is not a stack of their own: one of these. */
export interface DestinationConfig {
  /** An Elasticsearch. Defaults to none. */
  elasticsearch?: ElasticsearchDestination;
  /** Any endpoint of OTLP by HTTP. Defaults to none. */
  otlp?: OtlpDestination;
  /** A Loki of version 3.0 or later. Defaults to none. */
  loki?: LokiDestination;
}

/** An Elasticsearch that is there already. */
export interface ElasticsearchDestination extends Omit<LogElasticsearchArgs, "password">, PasswordConfig {}

/** A Loki that is there already, of version 3.0 or later. */
export interface LokiDestination extends Omit<LogLokiArgs, "password">, PasswordConfig {}

/** An endpoint of OTLP by HTTP that is there already. */
export interface OtlpDestination extends Omit<LogOtlpArgs, "secretHeaders"> {
  /** Headers of every request, each with the name of its value in `mcp:secrets`. Defaults to none. */
  secretHeaders?: { [header: string]: string };
}
