import { memoryRatio } from "../resources";
import { JOB, matchers, recorded, type StackLabels } from "../selector";

/** What the queries of a stack's dashboards ask for. */
export interface Scope {
  /** Matchers of the series of all servers. */
  fleet: string;
  /** Matchers of those of the server that the dashboard's variable names. */
  server: string;
  /** What the rules have recorded for this stack. */
  recorded: (name: string) => string;
  /** The same, for the server of the variable. */
  recordedOfServer: (name: string) => string;
  /** Alerts of this stack that are firing. */
  firing: string;
}

export const scopeOf = (labels: StackLabels = {}): Scope => ({
  fleet: matchers({ job: JOB, ...labels }),
  server: matchers({ job: JOB, ...labels, server: "$server" }),
  recorded: (name) => recorded(name, labels),
  recordedOfServer: (name) => recorded(name, { ...labels, server: "$server" }),
  firing: `ALERTS{${[`alertname=~"Mcp.+",alertstate="firing"`, matchers(labels)].filter(Boolean).join(",")}}`,
});

const rate = (metric: string, series: string): string => `rate(${metric}{${series}}[$__rate_interval])`;

/** A sum; `by` are the labels that stay. */
export const sum = (of: string, by: string[] = []): string =>
  by.length > 0 ? `sum by (${by.join(", ")}) (${of})` : `sum(${of})`;

export const requests = (series: string, ...by: string[]): string => sum(rate("mcp_requests_total", series), by);

export const errors = (series: string, ...by: string[]): string => sum(rate("mcp_request_errors_total", series), by);

export const errorsByType = (series: string): string =>
  sum(rate("mcp_request_errors_by_type_total", series), ["error_type"]);

/** Nothing where there are no requests: that no request failed would not be true. */
export const errorRatio = (series: string, ...by: string[]): string =>
  `${errors(series, ...by)} / (${requests(series, ...by)} > 0)`;

/** How long calls of tools take. Other requests, such as subscriptions, last as long as their client wants. */
export const callDuration = (quantile: number, series: string, ...by: string[]): string => {
  const buckets = rate("mcp_request_duration_seconds_bucket", `${series},method="tools/call"`);
  return `histogram_quantile(${quantile}, ${sum(buckets, ["le", ...by])})`;
};

/** Of the containers, with all processes in them, where they are known; else of the servers' own processes. */
export const cpu = (series: string, ...by: string[]): string =>
  sum(`${rate("mcp_container_cpu_seconds_total", series)} or ${rate("process_cpu_seconds_total", series)}`, by);

/** Cores that containers wanted and did not get. */
export const throttledCpu = (series: string, ...by: string[]): string =>
  sum(rate("mcp_container_cpu_throttled_seconds_total", series), by);

/** Memory as a part of the limit, by server, that of the instance which uses most; nothing without a limit. */
export const highestMemoryRatio = ({ fleet, recorded }: Scope): string =>
  `max by (server) ${memoryRatio(fleet, recorded("mcp_server_memory_limit_bytes"))}`;

/** Restarts within the time that is looked at. */
export const restarts = (series: string, ...by: string[]): string =>
  sum(`changes(process_start_time_seconds{${series}}[$__range])`, by);
