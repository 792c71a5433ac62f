import { MetricsDiscovery } from "../components/kubernetes/monitoring/args";
import { METRICS_SUFFIX } from "../components/kubernetes/monitoring/discovery";
import { noPrometheus } from "../components/kubernetes/monitoring/settings";
import { type Problem, Target } from "../components/server";
import { PROMETHEUS } from "../components/services/prometheus";
import { VOLUME_SIZE, volumeProblems } from "../components/services/retention";
import type { Config, Monitoring } from "./plain";
import type { TargetKeys } from "./targetKeys";

/** Keys of `mcp:monitoring` that mean something in one target only: in a cluster nothing is published, and there is no Grafana of ours. */
export const MONITORING_KEYS: TargetKeys = {
  docker: ["prometheus.port", "alertmanager.port", "grafana.image", "grafana.port"],
  kubernetes: [
    "discovery",
    "labels",
    "fromNamespace",
    ...["prometheus", "alertmanager"].flatMap((part) => [`${part}.volumeSize`, `${part}.storageClass`]),
  ],
};

/** Names of the parts of the monitoring: no server and no service can have them, too. */
export function monitoringNames({ monitoring, target, servers }: Config): string[] {
  if (target === Target.Docker) return ["prometheus", "alertmanager", "grafana"];
  return [
    ...(monitoring?.prometheus ? ["prometheus", ...servers.map(({ name }) => `${name}${METRICS_SUFFIX}`)] : []),
    ...(monitoring?.alertmanager ? ["alertmanager"] : []),
  ];
}

/** What is wrong with the monitoring of a stack for Kubernetes. */
export function clusterMonitoringProblems({
  discovery,
  labels,
  prometheus,
  alertmanager,
  runbookBaseUrl,
}: Monitoring): Problem[] {
  const path = "mcp:monitoring";
  const isPodMonitor = discovery === MetricsDiscovery.PodMonitor;
  const { retentionSize = PROMETHEUS.retentionSize, volumeSize = VOLUME_SIZE } = prometheus ?? {};
  return [
    ...(alertmanager && !prometheus ? [noPrometheus(`${path}.alertmanager`)] : []),
    ...(labels && !isPodMonitor ? [unused(`${path}.labels`, "discovery: podMonitor")] : []),
    ...(runbookBaseUrl !== undefined && !isPodMonitor && !prometheus
      ? [unused(`${path}.runbookBaseUrl`, "rules, which `discovery: podMonitor` and `prometheus` bring")]
      : []),
    ...(prometheus ? volumeProblems(retentionSize, volumeSize, `${path}.prometheus`) : []),
  ];
}

const unused = (path: string, without: string): Problem => ({
  path,
  message: `means nothing without ${without}`,
  fix: "remove it, or add that",
});
