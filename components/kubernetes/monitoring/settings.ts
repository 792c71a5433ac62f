import { resolveThresholds, type Thresholds } from "../../monitoring";
import type { MonitoredServerArgs } from "../../monitoring/args";
import * as pulumi from "../../pulumi";
import { DEFAULTS, InvalidInputError, type Problem, plainFields, validateChoice } from "../../server";
import { PROMETHEUS } from "../../services/prometheus";
import { VOLUME_SIZE, validateRetentionSize, volumeProblems } from "../../services/retention";
import { type ClusterPrometheusArgs, type McpClusterMonitoringArgs, MetricsDiscovery } from "./args";

/** A server, as it is found in the cluster. */
export type ClusterServer = Required<pulumi.Unwrap<MonitoredServerArgs>>;

/** McpClusterMonitoringArgs that are known at preview. */
type Plain = pulumi.Unwrap<
  Omit<
    McpClusterMonitoringArgs,
    "namespace" | "keepData" | "imagePullSecrets" | "kubeconfig" | "context" | "prometheus" | "alertmanager"
  >
>;
type Chosen = "fixedNames" | "discovery" | "labels" | "seriesLabels" | "fromNamespace";

/** McpClusterMonitoringArgs that decide which objects there are, with their defaults. */
export interface ClusterMonitoring extends Required<Pick<Plain, Chosen>>, Pick<Plain, "runbookBaseUrl"> {
  servers: ClusterServer[];
  /** Whether there are ConfigMaps with dashboards. */
  hasDashboards: boolean;
  thresholds: Thresholds;
  /** Time between two readings, where a Prometheus of our own makes them. */
  scrapeInterval?: string;
  volumeSize: string;
}

/**
 * Decides what the arguments leave open.
 * @throws InvalidInputError with every problem found
 */
export function resolveMonitoring(args: McpClusterMonitoringArgs): ClusterMonitoring {
  const late = (["prometheus", "alertmanager"] as const).filter((part) => isLate(args[part]));
  if (late.length > 0) throw new InvalidInputError(late.map(notPlain));
  const plain = plainFields<Plain>(args, [
    ...["servers", "fixedNames", "discovery", "labels", "seriesLabels", "fromNamespace", "grafana", "thresholds"],
    "runbookBaseUrl",
  ] as (keyof Plain)[]);
  const sizes = plainFields<
    Pick<pulumi.Unwrap<ClusterPrometheusArgs>, "scrapeInterval" | "retentionSize" | "volumeSize">
  >(args.prometheus ?? {}, ["scrapeInterval", "retentionSize", "volumeSize"]);
  const { servers, discovery = MetricsDiscovery.Annotations, grafana, thresholds = {}, ...others } = plain;
  const { scrapeInterval, retentionSize = PROMETHEUS.retentionSize, volumeSize = VOLUME_SIZE } = sizes;
  const problems: Problem[] = [
    ...validateChoice(discovery, Object.values(MetricsDiscovery), "discovery"),
    ...(args.prometheus ? volumeProblems(retentionSize, volumeSize, "prometheus") : []),
    ...validateRetentionSize(retentionSize, "prometheus.retentionSize"),
    ...(args.alertmanager && !args.prometheus ? [noPrometheus("alertmanager")] : []),
  ];
  if (problems.length > 0) throw new InvalidInputError(problems);
  return {
    fixedNames: true,
    labels: {},
    seriesLabels: {},
    fromNamespace: "monitoring",
    ...others,
    discovery,
    servers: servers.map(
      ({ name, metricsPort = DEFAULTS.metricsPort, memoryLimit = DEFAULTS.resources.memoryLimit }) => ({
        name,
        metricsPort,
        memoryLimit,
      }),
    ),
    thresholds: resolveThresholds(thresholds),
    hasDashboards: grafana?.enabled !== false,
    volumeSize,
    ...(scrapeInterval !== undefined && { scrapeInterval }),
  };
}

const isLate = (part: unknown): boolean => pulumi.Output.isInstance(part) || part instanceof Promise;

const notPlain = (path: string): Problem => ({
  path,
  message: "depends on another resource, but it decides which resources exist and must be known at preview",
  got: "an output",
  allowed: "an object, in which secrets may be outputs",
  fix: "write the object, and use the other resource's value within it",
});

/** An Alertmanager that nothing tells of alerts. */
export const noPrometheus = (path: string): Problem => ({
  path,
  message: "no Prometheus of the stack would tell it of alerts",
  allowed: "alertmanager beside prometheus",
  fix: "add `prometheus: {}`, or remove it and let the cluster's own Alertmanager tell people",
});
