import type { McpMonitoringArgs } from "../components/docker/monitoring/args";
import type { McpClusterMonitoringArgs } from "../components/kubernetes/monitoring/args";
import {
  type ReceiverSettings,
  validateAlertmanager,
  validateDuration,
  validateThresholds,
} from "../components/monitoring";
import type { ReceiverArgs } from "../components/monitoring/args";
import { type Problem, Target } from "../components/server";
import { validateRetentionSize } from "../components/services/retention";
import { clusterMonitoringProblems, MONITORING_KEYS, monitoringNames } from "./monitoringTargets";
import { pinnedProblems } from "./pinned";
import type { Config, Monitoring } from "./plain";
import { misplacedKeys, takenNames } from "./targetKeys";

type Receiver = NonNullable<NonNullable<Monitoring["alertmanager"]>["receivers"]>[number];

/** What is wrong with `mcp:monitoring`, beyond its shape. */
export function monitoringProblems(config: Config): Problem[] {
  const { monitoring, target } = config;
  if (!monitoring) return [];
  if (target === Target.Process) {
    return [
      {
        path: "mcp:monitoring",
        message: `means nothing in a stack for ${target}`,
        allowed: "a stack with mcp:target docker or kubernetes",
        fix: "remove it; `npm run status` shows the metrics of every target",
      },
    ];
  }
  const { thresholds = {}, prometheus = {}, alertmanager = {}, grafana } = monitoring;
  return [
    ...misplacedKeys("mcp:monitoring", monitoring, MONITORING_KEYS, target),
    ...takenNames("mcp:monitoring", monitoringNames(config), config),
    ...(target === Target.Kubernetes ? clusterMonitoringProblems(monitoring) : []),
    ...pinnedProblems("mcp:monitoring.", { prometheus, alertmanager, grafana }),
    ...validateThresholds(thresholds, "mcp:monitoring.thresholds"),
    ...(["retention", "scrapeInterval"] as const).flatMap((key) =>
      prometheus[key] === undefined ? [] : validateDuration(prometheus[key], `mcp:monitoring.prometheus.${key}`, "15d"),
    ),
    ...(prometheus.retentionSize === undefined
      ? []
      : validateRetentionSize(prometheus.retentionSize, "mcp:monitoring.prometheus.retentionSize")),
    ...validateAlertmanager({ receivers: (alertmanager.receivers ?? []).map(shape) }, "mcp:monitoring.alertmanager"),
  ];
}

/** A receiver as it will be, for the judgement of its shape: what is secret is judged when it is known. */
const shape = (given: Receiver): ReceiverSettings => withSecrets(given, () => SOME_URL) as ReceiverSettings;
const SOME_URL = "https://example.com";

/** Names of the secrets that a config of the monitoring refers to, with their places. */
export function monitoringSecrets({ monitoring }: Pick<Config, "monitoring">): [path: string, names: string[]][] {
  return (monitoring?.alertmanager?.receivers ?? []).flatMap(({ webhook, slack, email }, index) => {
    const path = `mcp:monitoring.alertmanager.receivers[${index}]`;
    const named: [string, string | undefined][] = [
      [`${path}.webhook.urlSecret`, webhook?.urlSecret],
      [`${path}.slack.urlSecret`, slack?.urlSecret],
      [`${path}.email.passwordSecret`, email?.passwordSecret],
    ];
    return named.flatMap(([at, name]): [string, string[]][] => (name === undefined ? [] : [[at, [name]]]));
  });
}

/** What a config says of the arguments of McpMonitoring, or of McpClusterMonitoring: each target has its own keys. */
export type MonitoringSettings = Pick<McpMonitoringArgs, "prometheus" | "alertmanager" | "grafana"> &
  Pick<
    McpClusterMonitoringArgs,
    "discovery" | "labels" | "prometheus" | "alertmanager" | "grafana" | "thresholds" | "runbookBaseUrl"
  > & { fromNamespace?: string };

/** The arguments that a config says. */
export function monitoringArgs(config: Monitoring, secret: (name: string) => ReceiverArgs["name"]): MonitoringSettings {
  const { alertmanager, ...settings } = config;
  if (alertmanager === undefined) return settings as MonitoringSettings;
  const { receivers, ...others } = alertmanager;
  return {
    ...settings,
    alertmanager: { ...others, ...(receivers && { receivers: receivers.map((given) => withSecrets(given, secret)) }) },
  } as MonitoringSettings;
}

function withSecrets(
  { webhook, slack, email, ...receiver }: Receiver,
  secret: (name: string) => ReceiverArgs["name"],
): ReceiverArgs {
  return {
    ...receiver,
    ...(webhook && { webhook: { url: secret(webhook.urlSecret) } }),
    ...(slack && { slack: { webhookUrl: secret(slack.urlSecret), channel: slack.channel } }),
    ...(email && { email: mailed(email, secret) }),
  } as ReceiverArgs;
}

const mailed = (
  { passwordSecret, ...email }: NonNullable<Receiver["email"]>,
  secret: (name: string) => ReceiverArgs["name"],
): object => ({ ...email, ...(passwordSecret !== undefined && { password: secret(passwordSecret) }) });
