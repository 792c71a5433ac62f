import { parseMemory } from "../server";
import type { RecordingRule } from "./rule";
import type { MonitoredServer } from "./settings";

/** Time over which rates are taken. It has to hold two scrapes at least. */
export const RATE_WINDOW = "5m";

const ALL = 'job="mcp"';
const CALLS = 'job="mcp",method="tools/call"';

/** What alerts and dashboards compare with, and what they have in common. Names are `level:metric:operations`. */
export function recordingRules(servers: MonitoredServer[]): RecordingRule[] {
  return [
    ...servers.map(({ name }) => constant("mcp_server_deployed", name, 1)),
    ...servers.flatMap(({ name, memoryLimit }) => {
      const limit = memoryLimit === undefined ? undefined : parseMemory(memoryLimit);
      return limit === undefined ? [] : [constant("mcp_server_memory_limit_bytes", name, limit)];
    }),
    {
      record: "server:mcp_requests:increase5m",
      expr: `sum by (server) (increase(mcp_requests_total{${ALL}}[${RATE_WINDOW}]))`,
    },
    {
      record: "server:mcp_request_errors:ratio_rate5m",
      expr:
        `sum by (server) (rate(mcp_request_errors_total{${ALL}}[${RATE_WINDOW}])) / ` +
        `sum by (server) (rate(mcp_requests_total{${ALL}}[${RATE_WINDOW}]))`,
    },
    {
      record: "server_endpoint:mcp_tool_calls:increase5m",
      expr: `sum by (server, endpoint) (increase(mcp_requests_total{${CALLS}}[${RATE_WINDOW}]))`,
    },
    {
      // Calls of tools alone: other requests, such as subscriptions, last as long as their client wants.
      record: "server_endpoint:mcp_tool_call_duration_seconds:p95_rate5m",
      expr:
        "histogram_quantile(0.95, sum by (server, endpoint, le) " +
        `(rate(mcp_request_duration_seconds_bucket{${CALLS}}[${RATE_WINDOW}])))`,
    },
  ];
}

/** A series that is there as long as the server belongs to the stack, whether or not the server itself is. */
const constant = (record: string, server: string, value: number): RecordingRule => ({
  record,
  expr: `vector(${value})`,
  labels: { server },
});
