import { selectorLabels } from "../../components/kubernetes/labels";
import { MetricsDiscovery } from "../../components/kubernetes/monitoring/args";
import { OPERATOR_API, OPERATOR_KINDS } from "../../components/kubernetes/monitoring/discovery";
import { McpClusterMonitoring } from "../../components/kubernetes/monitoring/mcpClusterMonitoring";
import type { DeploymentSettings } from "../../components/kubernetes/settings";
import { InvalidInputError, type Problem } from "../../components/server";
import { PROMETHEUS } from "../../components/services/prometheus";
import type { ServerSetting, Settings } from "../../config";
import type { Cluster } from "../../config/plain";
import { namespaceName, type Place } from "./place";

/** Refuses objects of the Prometheus Operator where the cluster does not know their kinds. */
export async function requireOperator({ context }: Cluster, monitoring: Settings["monitoring"]): Promise<void> {
  if (monitoring?.discovery !== MetricsDiscovery.PodMonitor) return;
  // The Kubernetes client is loaded only now: it takes longer than all the rest.
  const { missingKinds } =
    require("../../provider/kubernetes/kinds") as typeof import("../../provider/kubernetes/kinds");
  const missing = await missingKinds(context, OPERATOR_API, OPERATOR_KINDS).catch((error: Error) => {
    throw new InvalidInputError([unknowable(context, error)]);
  });
  if (missing.length === 0) return;
  throw new InvalidInputError([
    {
      path: "mcp:monitoring.discovery",
      message: `the cluster of the context ${context} has no ${missing.join(" and no ")} (${OPERATOR_API})`,
      got: MetricsDiscovery.PodMonitor,
      allowed: `${MetricsDiscovery.Annotations}, ${MetricsDiscovery.None}; ${MetricsDiscovery.PodMonitor} where the Prometheus Operator is installed`,
      fix: "install the Prometheus Operator first, or choose another discovery",
    },
  ]);
}

const unknowable = (context: string, { message }: Error): Problem => ({
  path: "mcp:monitoring.discovery",
  message: `the cluster was asked whether the Prometheus Operator is installed. ${message}`,
  got: MetricsDiscovery.PodMonitor,
  fix: `see that \`kubectl --context ${context} version\` gets an answer`,
});

/** Dashboards, and what reads the servers' metrics. There is an output where there is something to open. */
export function monitor(
  { servers, monitoring }: Settings,
  { namespace, cluster, provider }: Place,
): { monitoring?: object } {
  if (!monitoring) return {};
  const { context, keepData, imagePullSecrets } = cluster;
  const { prometheusUrl, alertmanagerUrl } = new McpClusterMonitoring(
    "monitoring",
    {
      ...monitoring,
      ...{ namespace, context, keepData, imagePullSecrets },
      // Where one stack shares its namespace with others, it does so in everything.
      fixedNames: servers.every(({ deployment }) => deployment?.fixedNames !== false),
      // Several stacks may share the cluster's Prometheus and Grafana.
      seriesLabels: { namespace: namespaceName(cluster) },
      servers: servers.flatMap(({ metrics }) => metrics ?? []),
    },
    { providers: [provider] },
  );
  if (!monitoring.prometheus) return {};
  return {
    monitoring: { prometheus: prometheusUrl, ...(monitoring.alertmanager && { alertmanager: alertmanagerUrl }) },
  };
}

/** What a server has to know of who reads its metrics. */
export function monitoredBy({ monitoring }: Settings, { deployment }: ServerSetting): Partial<DeploymentSettings> {
  if (!monitoring) return {};
  const { discovery = MetricsDiscovery.Annotations, fromNamespace, prometheus } = monitoring;
  return {
    scrapeAnnotations: discovery === MetricsDiscovery.Annotations,
    ...(fromNamespace !== undefined && { monitoringNamespace: fromNamespace }),
    ...(prometheus &&
      deployment?.networkRules !== "none" && { metricsIngress: [{ podLabels: selectorLabels(PROMETHEUS.name) }] }),
  };
}
