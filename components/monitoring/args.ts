import type * as pulumi from "@pulumi/pulumi";
import type { Integer } from "../integer";
import type { AlertSeverity } from "./rule";

/** A server whose metrics are read. */
export interface MonitoredServerArgs {
  /** Name of the server: the label `server` of all its series, and that by which it is found. */
  name: pulumi.Input<string>;
  /** Port of its metrics. Defaults to 8000. */
  metricsPort?: pulumi.Input<Integer>;
  /** Memory that it may use, such as "512Mi": an alert tells when it comes near. Defaults to "512Mi". */
  memoryLimit?: pulumi.Input<string>;
}

/** A Prometheus, as it runs anywhere. */
export interface PrometheusServiceArgs {
  /** Image, with a pinned tag or a digest. Defaults to "prom/prometheus:v3.5.0". */
  image?: pulumi.Input<string>;
  /** How long data is kept, such as "15d". Defaults to "15d". */
  retention?: pulumi.Input<string>;
  /** Most disk space of the data, such as "2GB": the oldest goes first. Defaults to "2GB". */
  retentionSize?: pulumi.Input<string>;
  /** Time between two readings, such as "15s". Defaults to "15s". */
  scrapeInterval?: pulumi.Input<string>;
  /** Most memory, as a quantity. Defaults to "512Mi". */
  memoryLimit?: pulumi.Input<string>;
}

/** An Alertmanager, as it runs anywhere. */
export interface AlertmanagerServiceArgs {
  /** Image, with a pinned tag or a digest. Defaults to "prom/alertmanager:v0.28.1". */
  image?: pulumi.Input<string>;
  /** Who is told. Defaults to nobody: alerts are shown, and no more. */
  receivers?: pulumi.Input<pulumi.Input<ReceiverArgs>[]>;
}

/** Who is told of alerts: by one of `webhook`, `slack` and `email`. */
export interface ReceiverArgs {
  /** Name that tells it from the others. */
  name: pulumi.Input<string>;
  /** Alerts of this severity only: "critical" or "warning". Defaults to all. */
  severity?: pulumi.Input<AlertSeverity>;
  /** Posted to a service. Defaults to none. */
  webhook?: pulumi.Input<WebhookArgs>;
  /** Written to a channel of Slack. Defaults to none. */
  slack?: pulumi.Input<SlackArgs>;
  /** Sent by e-mail. Defaults to none. */
  email?: pulumi.Input<EmailArgs>;
}

/** A service that is told of alerts by HTTP. */
export interface WebhookArgs {
  /** URL that alerts are posted to. A secret. @secret */
  url: pulumi.Input<string>;
}

/** A channel of Slack that is told of alerts. */
export interface SlackArgs {
  /** URL of the incoming webhook. A secret. @secret */
  webhookUrl: pulumi.Input<string>;
  /** Channel, such as "#alerts". */
  channel: pulumi.Input<string>;
}

/** Addresses that are told of alerts by e-mail. */
export interface EmailArgs {
  /** Mail server with its port, such as "smtp.example.com:587". */
  smarthost: pulumi.Input<string>;
  /** Address that the mail comes from, such as "mcp@example.com". */
  from: pulumi.Input<string>;
  /** One or more addresses, separated by commas. */
  to: pulumi.Input<string>;
  /** User of the mail server. Defaults to none: no authentication. */
  username?: pulumi.Input<string>;
  /** Password of that user. A secret. Defaults to none. @secret */
  password?: pulumi.Input<string>;
  /** Whether mail is sent over TLS only. Defaults to true. */
  requireTls?: pulumi.Input<boolean>;
}

/** From when on something is worth an alert. Durations are written as Prometheus writes them: "90s", "5m", "1h". */
export interface ThresholdsArgs {
  /** McpServerDown: how long an instance may stay unreachable. Defaults to "1m". */
  downFor?: pulumi.Input<string>;
  /** McpServerNoReadyReplica: how long all instances of a server may. Defaults to "2m". */
  noReadyReplicaFor?: pulumi.Input<string>;
  /** McpErrorRatioHigh: part of the requests within 5 minutes that may fail, 0 to 1. Defaults to 0.1. */
  errorRatio?: pulumi.Input<number>;
  /** McpErrorRatioHigh: how long more may fail. Defaults to "5m". */
  errorRatioFor?: pulumi.Input<string>;
  /** McpLatencyHigh: seconds within which 95% of a tool's calls should end. Defaults to 5. */
  latencySeconds?: pulumi.Input<number>;
  /** McpLatencyHigh: how long they may take more. Defaults to "10m". */
  latencyFor?: pulumi.Input<string>;
  /** McpErrorRatioHigh and McpLatencyHigh: requests within 5 minutes that it takes to judge by them. Defaults to 10. */
  minimumRequests?: pulumi.Input<Integer>;
  /** McpServerRestarts: restarts of an instance within 15 minutes that are too many. Defaults to 3. */
  restarts?: pulumi.Input<Integer>;
  /** McpMemoryNearLimit: part of its memory limit that an instance may use, 0 to 1. Defaults to 0.9. */
  memoryRatio?: pulumi.Input<number>;
  /** McpMemoryNearLimit: how long it may use more. Defaults to "5m". */
  memoryFor?: pulumi.Input<string>;
  /** McpSessionGrowth: connections of an instance that may be open in excess of an hour ago. Defaults to 20. */
  sessionGrowth?: pulumi.Input<Integer>;
  /** McpSessionGrowth: how long the growth may go on. Defaults to "1h". */
  sessionGrowthFor?: pulumi.Input<string>;
  /** McpMetricsMissing: how long no metrics of any server may be stored, and once more as long before it is told; longer than the time between two scrapes. Defaults to "2m". */
  metricsMissingFor?: pulumi.Input<string>;
}
