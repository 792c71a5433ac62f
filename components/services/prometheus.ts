import { type MonitoredServer, prometheusConfig, rulesYaml, type StackLabels } from "../monitoring";
import type { PrometheusServiceArgs, ThresholdsArgs } from "../monitoring/args";
import * as pulumi from "../pulumi";

interface Files {
  [file: string]: string;
}

/** What a service of the monitoring runs, in the terms of McpService and McpStatefulSet alike. */
export interface ServiceRun {
  image: pulumi.Input<string>;
  /** Text files, by their names. */
  files: pulumi.Output<Files>;
  command: pulumi.Input<string>[];
  /** Folder of its data. */
  volume: string;
  memoryLimit?: pulumi.Input<string>;
}

export const PROMETHEUS = {
  name: "prometheus",
  image: "prom/prometheus:v3.5.0",
  port: 9090,
  volume: "/prometheus",
  retention: "15d",
  retentionSize: "2GB",
} as const;

const CONFIG = "prometheus.yml";
const RULES = "mcp-rules.yml";

/** Whom a Prometheus asks and tells, and what it judges by. */
export interface PrometheusWork {
  /** Folder in which Prometheus finds its files. */
  folder: string;
  servers: pulumi.Input<MonitoredServer[]>;
  /** Addresses of Alertmanagers, such as "alertmanager:9093". */
  alertmanagers: pulumi.Input<string>[];
  /** Labels that tell this stack's series from those of others. Defaults to none. */
  labels?: StackLabels;
  thresholds?: pulumi.Input<ThresholdsArgs> | undefined;
  runbookBaseUrl?: pulumi.Input<string> | undefined;
}

/** The service that reads the servers' metrics and judges them. */
export function prometheusRun(
  { folder, servers, alertmanagers, labels = {}, thresholds, runbookBaseUrl }: PrometheusWork,
  {
    image = PROMETHEUS.image,
    retention = PROMETHEUS.retention,
    retentionSize = PROMETHEUS.retentionSize,
    scrapeInterval,
    memoryLimit,
  }: PrometheusServiceArgs,
): ServiceRun {
  const work = pulumi.all([servers, pulumi.all(alertmanagers), thresholds, runbookBaseUrl, scrapeInterval]);
  const files = work.apply(
    ([servers, alertmanagers, thresholds, runbookBaseUrl, scrapeInterval]): Files => ({
      [CONFIG]: prometheusConfig({
        servers,
        labels,
        ...(scrapeInterval !== undefined && { scrapeInterval }),
        ruleFiles: [`${folder}/${RULES}`],
        alertmanagers,
        externalLabels: { stack: pulumi.getStack() },
      }),
      [RULES]: rulesYaml({
        servers,
        labels,
        ...(thresholds && { thresholds }),
        ...(runbookBaseUrl !== undefined && { runbookBaseUrl }),
      }),
    }),
  );
  return {
    image,
    files,
    command: [
      "/bin/prometheus",
      `--config.file=${folder}/${CONFIG}`,
      `--storage.tsdb.path=${PROMETHEUS.volume}`,
      pulumi.interpolate`--storage.tsdb.retention.time=${retention}`,
      // A full disk would stop all that is written on it, not Prometheus alone.
      pulumi.interpolate`--storage.tsdb.retention.size=${retentionSize}`,
      // It reserves that much for each file of a block. With the 512 MB that it has otherwise, a smaller volume counts as full
      // long before it is: https://github.com/prometheus/prometheus/issues/17172
      "--storage.tsdb.max-block-chunk-segment-size=32MB",
    ],
    volume: PROMETHEUS.volume,
    ...(memoryLimit !== undefined && { memoryLimit }),
  };
}
