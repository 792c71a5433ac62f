/** Series of all servers. */
export const FLEET = 'job="mcp"';
/** Series of the server that the dashboard's variable names. */
export const SERVER = 'job="mcp",server="$server"';

/** Queries that are more than one metric. `by` are the labels that stay. */
const rate = (metric: string, series: string): string => `rate(${metric}{${series}}[$__rate_interval])`;

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

export const cpu = (series: string, ...by: string[]): string => sum(rate("process_cpu_seconds_total", series), by);

/** Memory as a part of the limit, that of the instance which uses most; nothing for servers without a limit. */
export const memoryRatio = (series: string, by: string): string =>
  `max by (${by}) (process_resident_memory_bytes{${series}} / on (server) group_left () mcp_server_memory_limit_bytes)`;

/** Restarts within the time that is looked at. */
export const restarts = (series: string, ...by: string[]): string =>
  sum(`changes(process_start_time_seconds{${series}}[$__range])`, by);
