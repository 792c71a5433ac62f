import type * as pulumi from "@pulumi/pulumi";
import type { Integer } from "../../integer";
import type {
  AlertmanagerServiceArgs,
  MonitoredServerArgs,
  PrometheusServiceArgs,
  ThresholdsArgs,
} from "../../monitoring/args";

/** Prometheus, which reads the metrics and judges them by rules. */
export interface PrometheusArgs extends PrometheusServiceArgs {
  /** Port on 127.0.0.1. Defaults to 9090. */
  port?: pulumi.Input<Integer>;
}

/** Alertmanager, which tells people of alerts. */
export interface AlertmanagerArgs extends AlertmanagerServiceArgs {
  /** Port on 127.0.0.1. Defaults to 9093. */
  port?: pulumi.Input<Integer>;
}

/** Grafana, which shows the dashboards. */
export interface GrafanaArgs {
  /** Whether there is one. Defaults to true. */
  enabled?: pulumi.Input<boolean>;
  /** Image, with a pinned tag or a digest. Defaults to "grafana/grafana:12.1.1". */
  image?: pulumi.Input<string>;
  /** Port on 127.0.0.1. Defaults to 3000. */
  port?: pulumi.Input<Integer>;
}

/** An Elasticsearch whose logs Grafana shows: such as that of McpLogging. */
export interface LogSourceArgs {
  /** URL, as Grafana reaches it. */
  url: pulumi.Input<string>;
  /** Pattern of the indices with the logs. Defaults to "mcp-logs-*". */
  index?: pulumi.Input<string>;
  /** User that may read them. Defaults to none: no authentication. */
  username?: pulumi.Input<string | undefined>;
  /** Its password. A secret. Defaults to none. @secret */
  password?: pulumi.Input<string | undefined>;
}

/** Arguments of McpMonitoring. */
export interface McpMonitoringArgs {
  /** Name of the Docker network that the servers are on. */
  network: pulumi.Input<string>;
  /** The servers that expose metrics. */
  servers: pulumi.Input<pulumi.Input<MonitoredServerArgs>[]>;
  /** Prometheus. Defaults to one that keeps 15 days or 2 GB. */
  prometheus?: pulumi.Input<PrometheusArgs>;
  /** Alertmanager. Defaults to one that tells nobody. */
  alertmanager?: pulumi.Input<AlertmanagerArgs>;
  /** Grafana. Defaults to one with the dashboards. */
  grafana?: pulumi.Input<GrafanaArgs>;
  /** Where the servers' logs are, for Grafana. Defaults to none: it shows metrics alone. */
  logs?: pulumi.Input<LogSourceArgs>;
  /** From when on something is worth an alert. Defaults to those described there. */
  thresholds?: pulumi.Input<ThresholdsArgs>;
  /** Where the runbooks of the alerts are published, without a slash at the end. Defaults to "docs/runbooks". */
  runbookBaseUrl?: pulumi.Input<string>;
}
