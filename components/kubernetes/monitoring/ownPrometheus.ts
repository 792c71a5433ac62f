import * as kubernetes from "@pulumi/kubernetes";
import type { input } from "@pulumi/kubernetes/types";
import { Discovery, type MonitoredServer } from "../../monitoring";
import * as pulumi from "../../pulumi";
import { ALERTMANAGER, alertmanagerRun } from "../../services/alertmanager";
import { PROMETHEUS, prometheusRun } from "../../services/prometheus";
import { selectorLabels } from "../labels";
import { metadata, NO_WAIT, type Placement } from "../metadata";
import { DNS } from "../networkPolicy";
import { FILES_FOLDER } from "../serviceFiles";
import type { McpStatefulSetArgs } from "../statefulSetArgs";
import type { ClusterAlertmanagerArgs, ClusterPrometheusArgs, McpClusterMonitoringArgs } from "./args";
import { METRICS_SUFFIX } from "./discovery";
import { receiverPorts } from "./receiverPorts";
import type { ClusterMonitoring, ClusterServer } from "./settings";

type Where = Pick<Placement, "namespace" | "fixedNames">;
type Shared = Pick<
  McpClusterMonitoringArgs,
  "namespace" | "fixedNames" | "keepData" | "imagePullSecrets" | "kubeconfig" | "context"
>;

/**
 * A Service for the metrics of one server, whose name leads to the address of each of its pods, ready or not. So Prometheus
 * finds them by DNS, and needs no rights in the cluster.
 */
export const metricsService = (
  parent: pulumi.Resource,
  { name, metricsPort }: ClusterServer,
  where: Where,
): kubernetes.core.v1.Service =>
  new kubernetes.core.v1.Service(
    `${name}-metrics`,
    {
      metadata: metadata({ ...where, name, component: "mcp-server" }, { suffix: METRICS_SUFFIX, annotations: NO_WAIT }),
      spec: {
        type: "ClusterIP",
        clusterIP: "None",
        publishNotReadyAddresses: true,
        selector: selectorLabels(name),
        ports: [{ name: "metrics", protocol: "TCP", port: metricsPort, targetPort: "metrics" }],
      },
    },
    { parent },
  );

/** A server of the cluster, as Prometheus finds it. */
export const monitored = ({ name, metricsPort, memoryLimit }: ClusterServer, metricsHost: string): MonitoredServer => ({
  name,
  metricsHost,
  metricsPort,
  memoryLimit,
  discovery: Discovery.Dns,
});

/** Arguments of the Prometheus: it reaches the servers' metrics and Alertmanager, and the cluster's monitoring reaches it. */
export function prometheusArgs(
  { servers, fromNamespace, volumeSize, seriesLabels, thresholds, runbookBaseUrl }: ClusterMonitoring,
  hosts: pulumi.Input<string>[],
  alertmanager: pulumi.Output<string> | undefined,
  { storageClass, volumeSize: _, ...prometheus }: ClusterPrometheusArgs,
  shared: Shared,
): McpStatefulSetArgs {
  const work = {
    folder: FILES_FOLDER,
    servers: pulumi.all(hosts).apply((hosts) => servers.map((server, index) => monitored(server, hosts[index] ?? ""))),
    alertmanagers: alertmanager ? [alertmanager] : [],
    labels: seriesLabels,
    thresholds,
    runbookBaseUrl,
  };
  return {
    ...shared,
    ...prometheusRun(work, prometheus),
    port: PROMETHEUS.port,
    readinessPath: "/-/ready",
    volumeSize,
    ...(storageClass !== undefined && { storageClass }),
    ingress: [{ namespace: fromNamespace }],
    egress: [
      ...servers.map(({ name, metricsPort }) => ({ podLabels: selectorLabels(name), ports: [metricsPort] })),
      ...(alertmanager ? [{ podLabels: selectorLabels(ALERTMANAGER.name), ports: [ALERTMANAGER.port] }] : []),
    ],
  };
}

/** Arguments of the Alertmanager. What tells people is a Secret. */
export function alertmanagerArgs(
  { fromNamespace }: ClusterMonitoring,
  { volumeSize, storageClass, ...alertmanager }: ClusterAlertmanagerArgs,
  shared: Shared,
): McpStatefulSetArgs {
  const { files, ...run } = alertmanagerRun(FILES_FOLDER, alertmanager);
  return {
    ...shared,
    ...run,
    ...(alertmanager.receivers === undefined ? { files } : { secretFiles: files }),
    port: ALERTMANAGER.port,
    readinessPath: "/-/ready",
    ...(volumeSize !== undefined && { volumeSize }),
    ...(storageClass !== undefined && { storageClass }),
    ingress: [{ podLabels: selectorLabels(PROMETHEUS.name) }, { namespace: fromNamespace }],
  };
}

/** Alertmanager reaches its receivers. They are known by URLs, and a rule knows no host names: so it names their ports alone. */
export const receiversPolicySpec = (
  receivers: ClusterAlertmanagerArgs["receivers"],
): input.networking.v1.NetworkPolicySpec => ({
  podSelector: { matchLabels: selectorLabels(ALERTMANAGER.name) },
  policyTypes: ["Egress"],
  egress: receiverPorts(receivers).apply((ports) => [
    DNS,
    // A rule without ports would be one for all.
    ...(ports.length > 0 ? [{ ports: ports.map((port) => ({ port, protocol: "TCP" })) }] : []),
  ]),
});
