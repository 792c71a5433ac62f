import { memoryLimit, memoryRatio } from "./resources";
import { type AlertingRule, AlertSeverity } from "./rule";
import { JOB, matchers, recorded, type StackLabels } from "./selector";
import type { Thresholds } from "./settings";

const { Critical, Warning } = AlertSeverity;

/** What all alerts begin with. */
const SERVER = "MCP server {{ $labels.server }}";

/** The answer to a query about the alert's server, whose name stands for %[1]q, within an annotation. */
const asked = (query: string, format = "value"): string =>
  `{{ with printf \`${query}\` $labels.server | query }}{{ . | first | ${format} }}{{ end }}`;

/** The alerts, each with a page below `runbooks` that says what to do. */
export function alerts(limit: Thresholds, labels: StackLabels, runbooks: string): AlertingRule[] {
  const all = matchers({ job: JOB, ...labels });
  const own = (name: string): string => recorded(name, labels);
  /** Matchers of the series of the alert's server, in an annotation. */
  const its = (more: StackLabels = {}): string =>
    [matchers({ ...more, ...labels }), "server=%[1]q"].filter(Boolean).join(",");
  const itsUp = `up{${its({ job: JOB })}}`;
  const itsLimit = memoryLimit(its({ job: JOB }), `mcp_server_memory_limit_bytes{${its()}}`);

  const alert = (
    name: string,
    severity: AlertSeverity,
    rule: { expr: string; for?: string; about?: string; summary: string; description: string },
  ): AlertingRule => ({
    alert: name,
    expr: rule.expr,
    ...(rule.for !== undefined && { for: rule.for }),
    labels: { severity },
    annotations: {
      summary: `${rule.about ?? SERVER} ${rule.summary}`,
      description: rule.description,
      runbook_url: `${runbooks}/${name}.md`,
    },
  });

  return [
    alert("McpServerDown", Warning, {
      expr: `up{${all}} == 0`,
      for: limit.downFor,
      summary: "is down at {{ $labels.instance }}",
      description:
        `Its metrics have been unreachable for ${limit.downFor}. Of this server's instances, ` +
        `${asked(`count(${itsUp} == 1) or vector(0)`)} of ${asked(`count(${itsUp})`)} still answer.`,
    }),
    alert("McpServerNoReadyReplica", Critical, {
      // A server whose instances are all gone has no series of its own that could say so.
      expr: `${own("mcp_server_deployed")} unless on (server) (up{${all}} == 1)`,
      for: limit.noReadyReplicaFor,
      summary: "has no instance that answers",
      description:
        `None has answered for ${limit.noReadyReplicaFor}, of ${asked(`count(${itsUp}) or vector(0)`)} that are known: ` +
        "no client can use this server.",
    }),
    alert("McpErrorRatioHigh", Warning, {
      expr:
        `${own("server:mcp_request_errors:ratio_rate5m")} > ${limit.errorRatio} ` +
        `and on (server) ${own("server:mcp_requests:increase5m")} >= ${limit.minimumRequests}`,
      for: limit.errorRatioFor,
      summary: "answers {{ $value | humanizePercentage }} of its requests with errors",
      description:
        `More than ${percent(limit.errorRatio)} have failed for ${limit.errorRatioFor}; it is ` +
        `{{ $value | humanizePercentage }} of ${asked(`round(server:mcp_requests:increase5m{${its()}})`)} ` +
        "requests within the last 5 minutes.",
    }),
    alert("McpLatencyHigh", Warning, {
      expr:
        `${own("server_endpoint:mcp_tool_call_duration_seconds:p95_rate5m")} > ${limit.latencySeconds} ` +
        `and on (server, endpoint) ${own("server_endpoint:mcp_tool_calls:increase5m")} >= ${limit.minimumRequests}`,
      for: limit.latencyFor,
      summary: "is slow: its tool {{ $labels.endpoint }} takes {{ $value | humanizeDuration }}",
      description:
        "One call of twenty takes {{ $value | humanizeDuration }} or longer. " +
        `It has been more than ${limit.latencySeconds}s for ${limit.latencyFor}.`,
    }),
    alert("McpServerRestarts", Warning, {
      expr: `changes(process_start_time_seconds{${all}}[15m]) >= ${limit.restarts}`,
      summary: "restarts again and again at {{ $labels.instance }}",
      description: `It has restarted {{ $value }} times within 15 minutes; ${limit.restarts} are too many.`,
    }),
    alert("McpMemoryNearLimit", Warning, {
      expr: `${memoryRatio(all, own("mcp_server_memory_limit_bytes"))} > ${limit.memoryRatio}`,
      for: limit.memoryFor,
      summary: "uses {{ $value | humanizePercentage }} of its memory limit at {{ $labels.instance }}",
      description:
        `It has used more than ${percent(limit.memoryRatio)} of ` +
        `${asked(itsLimit, "value | humanize1024")}B for ${limit.memoryFor}. ` +
        "At the limit it is killed, with all calls that are running.",
    }),
    alert("McpSessionGrowth", Warning, {
      // The lowest of a while against the highest of a while an hour earlier: waves of use don't count.
      expr:
        `min_over_time(mcp_active_connections{${all}}[15m]) ` +
        `- max_over_time(mcp_active_connections{${all}}[15m] offset 1h) > ${limit.sessionGrowth}`,
      for: limit.sessionGrowthFor,
      summary: "keeps more and more connections open at {{ $labels.instance }}",
      description:
        "There are {{ $value }} more than an hour ago at least, and it has been more than " +
        `${limit.sessionGrowth} for ${limit.sessionGrowthFor}.`,
    }),
    alert("McpMetricsMissing", Critical, {
      // Prometheus' own metrics can't tell that it can't write: they would have to be written, too.
      expr: `absent_over_time(up{${all}}[${limit.metricsMissingFor}])`,
      // After its start there are none until the first are read.
      for: limit.metricsMissingFor,
      about: "Prometheus",
      summary: "stores no metrics of MCP servers",
      description:
        `It has stored none of any server for ${limit.metricsMissingFor} and longer: its volume is full, or it finds no server. ` +
        "Until it does, no other alert can be relied on.",
    }),
  ];
}

const percent = (ratio: number): string => `${Number((ratio * 100).toPrecision(6))}%`;
