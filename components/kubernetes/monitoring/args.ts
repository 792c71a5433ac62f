import type * as pulumi from "@pulumi/pulumi";
import type {
  AlertmanagerServiceArgs,
  MonitoredServerArgs,
  PrometheusServiceArgs,
  ThresholdsArgs,
} from "../../monitoring/args";

/** How a Prometheus that the cluster has already finds the servers: by annotations of their pods, by objects of the Prometheus Operator, or not at all. */
export const MetricsDiscovery = { Annotations: "annotations", PodMonitor: "podMonitor", None: "none" } as const;
export type MetricsDiscovery = (typeof MetricsDiscovery)[keyof typeof MetricsDiscovery];

/** A Prometheus of the stack's own in the cluster. */
export interface ClusterPrometheusArgs extends PrometheusServiceArgs {
  /** Size of the volume, as a quantity; the data may fill 85% of it. Defaults to "4Gi". A later change does not resize it. */
  volumeSize?: pulumi.Input<string>;
  /** Storage class of the volume. Defaults to the cluster's. */
  storageClass?: pulumi.Input<string>;
}

/** An Alertmanager of the stack's own in the cluster. */
export interface ClusterAlertmanagerArgs extends AlertmanagerServiceArgs {
  /** Size of the volume, as a quantity. Defaults to "1Gi". A later change does not resize it. */
  volumeSize?: pulumi.Input<string>;
  /** Storage class of the volume. Defaults to the cluster's. */
  storageClass?: pulumi.Input<string>;
}

/** Dashboards for a Grafana that the cluster has already. */
export interface ClusterGrafanaArgs {
  /** Whether there are ConfigMaps with the dashboards, which Grafana's sidecar finds by the label grafana_dashboard. Defaults to true. */
  enabled?: pulumi.Input<boolean>;
}

/** Arguments of McpClusterMonitoring. */
export interface McpClusterMonitoringArgs {
  /** The servers that expose metrics, as McpDeployments of the same namespace. */
  servers: pulumi.Input<pulumi.Input<MonitoredServerArgs>[]>;
  /** Namespace to deploy to, which has to exist. Defaults to that of the Kubernetes provider. */
  namespace?: pulumi.Input<string>;
  /** Whether objects carry names of their own choice. Defaults to true; with false they carry some that are this stack's alone. */
  fixedNames?: pulumi.Input<boolean>;
  /** How a Prometheus that the cluster has already finds the servers. "podMonitor" makes a PodMonitor for each server, and a PrometheusRule; "annotations" are on the pods, by `scrapeAnnotations` of each McpDeployment. Defaults to "annotations". */
  discovery?: pulumi.Input<MetricsDiscovery>;
  /** Labels of the PodMonitors and the PrometheusRule by which a Prometheus chooses them, such as { release: "kube-prometheus-stack" }. Defaults to none. */
  labels?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Labels that tell this stack's series from those of others in the same Prometheus, such as { namespace: "mcp-prod" }: rules and dashboards select by them. Series that are found by a PodMonitor carry their namespace; a Prometheus of the stack's own adds these labels. Defaults to none. */
  seriesLabels?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Namespace of the cluster's own monitoring, whose pods may query Prometheus and Alertmanager. Defaults to "monitoring". */
  fromNamespace?: pulumi.Input<string>;
  /** A Prometheus of the stack's own. The servers have to let it in: see `metricsIngress` of McpDeployment. Defaults to none. */
  prometheus?: pulumi.Input<ClusterPrometheusArgs>;
  /** An Alertmanager of the stack's own, for that Prometheus. Defaults to none. */
  alertmanager?: pulumi.Input<ClusterAlertmanagerArgs>;
  /** Dashboards. Defaults to all of them. */
  grafana?: pulumi.Input<ClusterGrafanaArgs>;
  /** From when on something is worth an alert. Defaults to those described there. */
  thresholds?: pulumi.Input<ThresholdsArgs>;
  /** Where the runbooks of the alerts are published, without a slash at the end. Defaults to "docs/runbooks". */
  runbookBaseUrl?: pulumi.Input<string>;
  /** Whether the data of Prometheus and Alertmanager stays when they are destroyed. Defaults to true. */
  keepData?: pulumi.Input<boolean>;
  /** Secrets with the registry's credentials, which exist already in the namespace. Defaults to none. */
  imagePullSecrets?: pulumi.Input<pulumi.Input<string>[]>;
  /** Kubeconfig with which rollouts are watched; always a secret. Defaults to that of this machine. @secret */
  kubeconfig?: pulumi.Input<string>;
  /** Context of that kubeconfig. Defaults to its current one. */
  context?: pulumi.Input<string>;
}
