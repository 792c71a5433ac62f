import type { Unwrap } from "../pulumi";
import type { ThresholdsArgs } from "./args";
import type { StackLabels } from "./selector";

/** How the instances of a server are found. */
export const Discovery = {
  /** At one fixed address, such as a container's alias. */
  Static: "static",
  /** At all addresses that a name resolves to, such as that of a headless Service. */
  Dns: "dns",
} as const;
export type Discovery = (typeof Discovery)[keyof typeof Discovery];

/** A server, as Prometheus finds it. */
export interface MonitoredServer {
  /** Its name in `mcp:servers`: the label `server` of all its series. */
  name: string;
  /** Host that serves its metrics: a container's alias, an address, or a name that resolves to all instances. */
  metricsHost: string;
  /** TCP port of the metrics. */
  metricsPort: number;
  /** How its instances are found. Defaults to "static". */
  discovery?: Discovery;
  /** Memory that an instance may use, such as "512Mi". Defaults to no limit. */
  memoryLimit?: string;
}

/** All thresholds of the alerts. */
export type Thresholds = Required<Unwrap<ThresholdsArgs>>;

/** What the rules are made from. */
export interface RuleSettings {
  servers: MonitoredServer[];
  /** Defaults to those of `DEFAULT_THRESHOLDS`. */
  thresholds?: Partial<Thresholds>;
  /**
   * Labels that tell this stack's series from those of others in the same Prometheus, such as `{ namespace: "mcp-prod" }`.
   * Defaults to none: the Prometheus is the stack's own.
   */
  labels?: StackLabels;
  /**
   * Where the pages of docs/runbooks are published, without a slash at the end; part of each alert. Defaults to
   * "docs/runbooks", their place in this repository.
   */
  runbookBaseUrl?: string;
}

/** A scrape config of Prometheus, as it is written in prometheus.yml. */
export interface ScrapeConfig {
  job_name: string;
  [setting: string]: unknown;
}

/** What prometheus.yml is made from. */
export interface PrometheusSettings {
  servers: MonitoredServer[];
  /** Labels that the series of all servers carry, as in the rules. Defaults to none. */
  labels?: StackLabels;
  /** Time between two scrapes, and between two evaluations of the rules. Defaults to "15s". */
  scrapeInterval?: string;
  /** Files with rules, as Prometheus sees them; `*` is allowed in the last part. Defaults to none. */
  ruleFiles?: string[];
  /** Addresses of Alertmanagers, such as "alertmanager:9093". Defaults to none. */
  alertmanagers?: string[];
  /** Labels that every alert carries to Alertmanager, such as the stack. Defaults to none. */
  externalLabels?: { [label: string]: string };
  /** Scrape configs of further jobs, such as the containers' own metrics. Defaults to none. */
  scrapeConfigs?: ScrapeConfig[];
}

/** Where the servers' logs are, for Grafana. */
export interface LogSettings {
  /** URL of Elasticsearch, as Grafana reaches it. */
  url: string;
  /** Indices with the logs. Defaults to "mcp-logs-*". */
  index?: string;
  /** Field with the time. Defaults to "@timestamp". */
  timeField?: string;
  /** Field with the name of the server, as a keyword. Defaults to "server". */
  serverField?: string;
  /** Defaults to no authentication. */
  username?: string;
  /** A secret. Defaults to no authentication. */
  password?: string;
  /** File that holds the password, as Grafana sees it, in place of `password`. Defaults to none. */
  passwordFile?: string;
}

/** What the dashboards are made from. */
export interface DashboardSettings {
  /** Colours of the panels change at these. Defaults to those of `DEFAULT_THRESHOLDS`. */
  thresholds?: Partial<Thresholds>;
  /** As in the rules; with them, the dashboards' ids and titles are the stack's own, too. Defaults to none. */
  labels?: StackLabels;
  /** Time between two scrapes: no panel looks closer than that. Defaults to "15s". */
  scrapeInterval?: string;
  /** Defaults to a text in place of the logs, which says how to see them. */
  logs?: Pick<LogSettings, "serverField" | "timeField">;
}

/** What Grafana's provisioning is made from. */
export interface GrafanaSettings {
  /** URL of Prometheus, as Grafana reaches it. */
  prometheusUrl: string;
  /** Time between two scrapes. Defaults to "15s". */
  scrapeInterval?: string;
  /** Folder with the dashboards, as Grafana sees it. Defaults to "/etc/grafana/dashboards". */
  dashboardFolder?: string;
  /** Defaults to no datasource of logs. */
  logs?: LogSettings;
}
