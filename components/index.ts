/** The public surface: the components, their args, and the enums that the args use. */
export { McpCheck, type McpCheckArgs } from "./check";
export type { ElasticsearchArgs, KibanaArgs, LogShipperArgs, McpLoggingArgs } from "./docker/logging/args";
export { McpLogging } from "./docker/logging/mcpLogging";
export { McpContainer, type McpContainerArgs } from "./docker/mcpContainer";
export { McpRedis, type McpRedisArgs } from "./docker/mcpRedis";
export { McpService } from "./docker/mcpService";
export type {
  AlertmanagerArgs,
  GrafanaArgs,
  LogSourceArgs,
  McpMonitoringArgs,
  PrometheusArgs,
} from "./docker/monitoring/args";
export { McpMonitoring } from "./docker/monitoring/mcpMonitoring";
export type { McpServiceArgs } from "./docker/serviceArgs";
export { McpImage } from "./image";
export {
  Authentication,
  type AutoscalingArgs,
  type EgressArgs,
  type ExposureArgs,
  ExposureKind,
  type McpDeploymentArgs,
  NetworkRules,
  type PeerArgs,
  type SchedulingArgs,
  type SecretKeyArgs,
} from "./kubernetes/args";
export type {
  ClusterElasticsearchArgs,
  ClusterKibanaArgs,
  ClusterLogShipperArgs,
  ClusterLogstashArgs,
  LoggedServerArgs,
  McpClusterLoggingArgs,
} from "./kubernetes/logging/args";
export { McpClusterLogging } from "./kubernetes/logging/mcpClusterLogging";
export { McpDeployment } from "./kubernetes/mcpDeployment";
export { McpNamespace, type McpNamespaceArgs, PodSecurity } from "./kubernetes/mcpNamespace";
export { McpRedisStatefulSet, type McpRedisStatefulSetArgs } from "./kubernetes/mcpRedisStatefulSet";
export { McpStatefulSet } from "./kubernetes/mcpStatefulSet";
export {
  type ClusterAlertmanagerArgs,
  type ClusterGrafanaArgs,
  type ClusterPrometheusArgs,
  type McpClusterMonitoringArgs,
  MetricsDiscovery,
} from "./kubernetes/monitoring/args";
export { McpClusterMonitoring } from "./kubernetes/monitoring/mcpClusterMonitoring";
export type { McpStatefulSetArgs } from "./kubernetes/statefulSetArgs";
export type {
  AlertmanagerServiceArgs,
  EmailArgs,
  MonitoredServerArgs,
  PrometheusServiceArgs,
  ReceiverArgs,
  SlackArgs,
  ThresholdsArgs,
  WebhookArgs,
} from "./monitoring/args";
export { AlertSeverity } from "./monitoring/rule";
export { McpProcess } from "./process/mcpProcess";
export {
  type BridgeArgs,
  Client,
  type DevelopArgs,
  type HealthArgs,
  type ImageArgs,
  ImageLayout,
  ImagePinning,
  type McpServerArgs,
  type RegistryArgs,
  type ResourcesArgs,
  Runtime,
  type ScanArgs,
  Scanner,
  Sessions,
  Severity,
  Target,
  Transport,
} from "./server/args";
export type {
  ElasticsearchServiceArgs,
  KibanaServiceArgs,
  LogDestinationArgs,
  LogElasticsearchArgs,
  LogLokiArgs,
  LogOtlpArgs,
  LogStackArgs,
  LogstashServiceArgs,
} from "./services/logging/args";
