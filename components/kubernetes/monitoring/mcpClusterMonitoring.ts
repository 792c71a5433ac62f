import * as kubernetes from "@pulumi/kubernetes";
import { ruleGroups } from "../../monitoring";
import * as pulumi from "../../pulumi";
import { ALERTMANAGER } from "../../services/alertmanager";
import { PROMETHEUS } from "../../services/prometheus";
import { McpStatefulSet } from "../mcpStatefulSet";
import { metadata, type Placement } from "../metadata";
import {
  type ClusterAlertmanagerArgs,
  type ClusterPrometheusArgs,
  type McpClusterMonitoringArgs,
  MetricsDiscovery,
} from "./args";
import { createDashboards } from "./dashboards";
import { OPERATOR_API, podMonitorSpec } from "./discovery";
import { alertmanagerArgs, metricsService, monitored, prometheusArgs, receiversPolicySpec } from "./ownPrometheus";
import { type ClusterMonitoring, resolveMonitoring } from "./settings";

/**
 * What monitors MCP servers in a cluster: dashboards for its Grafana, objects for its Prometheus Operator and, on request,
 * a Prometheus and an Alertmanager of the stack's own, whose data outlives the stack.
 */
export class McpClusterMonitoring extends pulumi.ComponentResource {
  /** URL of Prometheus inside the cluster; undefined where there is none. Known once it is ready. */
  readonly prometheusUrl: pulumi.Output<string | undefined>;
  /** URL of Alertmanager inside the cluster; undefined where there is none. Known once it is ready. */
  readonly alertmanagerUrl: pulumi.Output<string | undefined>;

  constructor(name: string, args: McpClusterMonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpClusterMonitoring", name, {}, opts);
    const settings = resolveMonitoring(args);
    const { discovery, hasDashboards, fixedNames, thresholds, seriesLabels, scrapeInterval } = settings;
    const where = { namespace: args.namespace, fixedNames };
    if (hasDashboards) {
      const shown = { thresholds, labels: seriesLabels, ...(scrapeInterval !== undefined && { scrapeInterval }) };
      createDashboards(this, where, shown);
    }
    if (discovery === MetricsDiscovery.PodMonitor) this.createMonitors(settings, where);

    const { prometheus, alertmanager } = args as Own;
    const alerts = alertmanager && this.runAlertmanager(settings, alertmanager, args, where);
    const metrics = prometheus && this.runPrometheus(settings, prometheus, alerts, args, where);
    this.alertmanagerUrl = urlOf(alerts);
    this.prometheusUrl = urlOf(metrics);
    this.registerOutputs();
  }

  /** What the Prometheus Operator reads: which pods have metrics, and by which rules they are judged. */
  private createMonitors(
    { servers, labels, seriesLabels, thresholds, runbookBaseUrl }: ClusterMonitoring,
    where: Where,
  ): void {
    const create = (resource: string, name: string, kind: string, spec: object): void => {
      const named = metadata({ ...where, name, component: "monitoring" });
      new kubernetes.apiextensions.CustomResource(
        resource,
        {
          apiVersion: OPERATOR_API,
          kind,
          metadata: { ...named, labels: { ...(named.labels as object), ...labels } },
          spec,
        },
        { parent: this },
      );
    };
    for (const { name } of servers) create(`${name}-pods`, name, "PodMonitor", podMonitorSpec(name));
    const groups = ruleGroups({
      servers: servers.map((server) => monitored(server, server.name)),
      labels: seriesLabels,
      thresholds,
      ...(runbookBaseUrl !== undefined && { runbookBaseUrl }),
    });
    create("mcp-rules", "mcp-rules", "PrometheusRule", { groups });
  }

  private runPrometheus(
    settings: ClusterMonitoring,
    prometheus: ClusterPrometheusArgs,
    alerts: McpStatefulSet | undefined,
    args: McpClusterMonitoringArgs,
    where: Where,
  ): McpStatefulSet {
    const hosts = settings.servers.map((server) => metricsService(this, server, where).metadata.name);
    const inputs = prometheusArgs(settings, hosts, alerts?.address, prometheus, shared(args));
    return new McpStatefulSet(PROMETHEUS.name, inputs, { parent: this });
  }

  private runAlertmanager(
    settings: ClusterMonitoring,
    alertmanager: ClusterAlertmanagerArgs,
    args: McpClusterMonitoringArgs,
    where: Where,
  ): McpStatefulSet {
    const { name } = ALERTMANAGER;
    if (alertmanager.receivers !== undefined) {
      new kubernetes.networking.v1.NetworkPolicy(
        `${name}-receivers`,
        {
          metadata: metadata({ ...where, name, component: "service" }, { suffix: "-receivers" }),
          spec: receiversPolicySpec(alertmanager.receivers),
        },
        { parent: this },
      );
    }
    return new McpStatefulSet(name, alertmanagerArgs(settings, alertmanager, shared(args)), { parent: this });
  }
}

type Where = Pick<Placement, "namespace" | "fixedNames">;

/** The parts of the args; which of them there are has to be known at preview. */
interface Own {
  prometheus?: ClusterPrometheusArgs;
  alertmanager?: ClusterAlertmanagerArgs;
}

/** What both StatefulSets are told. */
const shared = ({
  namespace,
  fixedNames,
  keepData,
  imagePullSecrets,
  kubeconfig,
  context,
}: McpClusterMonitoringArgs) => ({ namespace, fixedNames, keepData, imagePullSecrets, kubeconfig, context });

/** Known once the service is ready. */
const urlOf = (service: McpStatefulSet | undefined): pulumi.Output<string | undefined> =>
  service
    ? pulumi.all([service.address, service.host]).apply(([address]) => `http://${address}`)
    : pulumi.output(undefined);
