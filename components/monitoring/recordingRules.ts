import { parseMemory } from "../server";
import type { RecordingRule } from "./rule";
import { JOB, matchers, type StackLabels } from "./selector";
import type { MonitoredServer } from "./settings";

/** Time over which rates are taken. It has to hold two scrapes at least. */
const WINDOW = "5m";

/** What alerts and dashboards compare with, and what they have in common. Names are `level:metric:operations`. */
export function recordingRules(servers: MonitoredServer[], labels: StackLabels): RecordingRule[] {
  const all = matchers({ job: JOB, ...labels });
  const calls = matchers({ job: JOB, ...labels, method: "tools/call" });
  const rule = (record: string, expr: string, more: StackLabels = {}): RecordingRule => {
    const added = { ...labels, ...more };
    return { record, expr, ...(Object.keys(added).length > 0 && { labels: added }) };
  };
  return [
    // They are there as long as the server belongs to the stack, whether or not the server itself is.
    ...servers.map(({ name }) => rule("mcp_server_deployed", "vector(1)", { server: name })),
    ...servers.flatMap(({ name, memoryLimit }) => {
      const limit = memoryLimit === undefined ? undefined : parseMemory(memoryLimit);
      return limit === undefined ? [] : [rule("mcp_server_memory_limit_bytes", `vector(${limit})`, { server: name })];
    }),
    rule("server:mcp_requests:increase5m", `sum by (server) (increase(mcp_requests_total{${all}}[${WINDOW}]))`),
    rule(
      "server:mcp_request_errors:ratio_rate5m",
      `sum by (server) (rate(mcp_request_errors_total{${all}}[${WINDOW}])) / ` +
        `sum by (server) (rate(mcp_requests_total{${all}}[${WINDOW}]))`,
    ),
    rule(
      "server_endpoint:mcp_tool_calls:increase5m",
      `sum by (server, endpoint) (increase(mcp_requests_total{${calls}}[${WINDOW}]))`,
    ),
    // Calls of tools alone: other requests, such as subscriptions, last as long as their client wants.
    rule(
      "server_endpoint:mcp_tool_call_duration_seconds:p95_rate5m",
      "histogram_quantile(0.95, sum by (server, endpoint, le) " +
        `(rate(mcp_request_duration_seconds_bucket{${calls}}[${WINDOW}])))`,
    ),
  ];
}
