import { MetricsDiscovery } from "../components/kubernetes/monitoring/args";
import { METRICS_SUFFIX } from "../components/kubernetes/monitoring/discovery";
import { noPrometheus } from "../components/kubernetes/monitoring/settings";
import { type Problem, Target } from "../components/server";
import { PROMETHEUS } from "../components/services/prometheus";
import { VOLUME_SIZE, volumeProblems } from "../components/services/retention";
import type { MonitoringConfig } from "./monitoring";
import type { Config } from "./schema";

/** Keys of `mcp:monitoring` that mean something in one target only: in a cluster nothing is published, and there is no Grafana of ours. */
const KEYS: Record<typeof Target.Docker | typeof Target.Kubernetes, string[]> = {
  docker: ["prometheus.port", "alertmanager.port", "grafana.image", "grafana.port"],
  kubernetes: [
    "discovery",
    "labels",
    "fromNamespace",
    ...["prometheus", "alertmanager"].flatMap((part) => [`${part}.volumeSize`, `${part}.storageClass`]),
  ],
};

/** Keys that mean nothing in the stack's target. */
export function misplacedKeys(monitoring: MonitoringConfig, target: Target): Problem[] {
  const other = target === Target.Docker ? Target.Kubernetes : Target.Docker;
  return KEYS[other]
    .filter((key) => valueAt(monitoring, key.split(".")) !== undefined)
    .map((key) => ({
      path: `mcp:monitoring.${key}`,
      message: `means nothing in a stack for ${target}`,
      allowed: `a stack with mcp:target ${other}`,
      fix: "remove it, or set mcp:target",
    }));
}

const valueAt = (value: unknown, [key, ...rest]: string[]): unknown =>
  key === undefined ? value : valueAt((value as Record<string, unknown> | undefined)?.[key], rest);

/** Servers and services that are called like a part of the monitoring. */
export function takenNames({ monitoring, target, servers, services }: Config): Problem[] {
  if (!monitoring) return [];
  const { prometheus, alertmanager } = monitoring;
  const names =
    target === Target.Docker
      ? ["prometheus", "alertmanager", "grafana"]
      : [
          ...(prometheus ? ["prometheus", ...servers.map(({ name }) => `${name}${METRICS_SUFFIX}`)] : []),
          ...(alertmanager ? ["alertmanager"] : []),
        ];
  return Object.entries({ servers, services }).flatMap(([key, entries]) =>
    entries.flatMap(({ name }, index) =>
      names.includes(name)
        ? [
            {
              path: `mcp:${key}[${index}].name`,
              message: `${name} is a part of mcp:monitoring`,
              got: name,
              fix: "rename it",
            },
          ]
        : [],
    ),
  );
}

/** What is wrong with the monitoring of a stack for Kubernetes. */
export function clusterMonitoringProblems({
  discovery,
  labels,
  prometheus,
  alertmanager,
  runbookBaseUrl,
}: MonitoringConfig): Problem[] {
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
