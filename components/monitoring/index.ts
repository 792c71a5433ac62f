/** Prometheus, its rules, Alertmanager and Grafana: texts of files, the same for Docker and for Kubernetes. */
export { type AlertmanagerConfig, alertmanagerConfig } from "./alertmanagerConfig";
export type {
  AlertmanagerSettings,
  EmailSettings,
  ReceiverSettings,
  SlackSettings,
  WebhookSettings,
} from "./alertmanagerSettings";
export { type DashboardFile, dashboards } from "./dashboards";
export {
  DATASOURCE_UIDS,
  DEFAULT_DASHBOARD_FOLDER,
  grafanaDashboardProvider,
  grafanaDatasources,
} from "./grafanaProvisioning";
export { DEFAULT_SCRAPE_INTERVAL, prometheusConfig, serverScrapeConfig } from "./prometheusConfig";
export { type AlertingRule, AlertSeverity, type RecordingRule, type RuleGroup } from "./rule";
export { DEFAULT_RUNBOOK_BASE, ruleGroups, rulesYaml } from "./rules";
export { JOB, type StackLabels } from "./selector";
export {
  type DashboardSettings,
  Discovery,
  type GrafanaSettings,
  type LogSettings,
  type MonitoredServer,
  type PrometheusSettings,
  type RuleSettings,
  type ScrapeConfig,
  type Thresholds,
} from "./settings";
export { DEFAULT_THRESHOLDS, resolveThresholds, validateDuration, validateThresholds } from "./thresholds";
export { validateAlertmanager } from "./validateReceivers";
