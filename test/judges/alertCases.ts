import type { MonitoredServer } from "../../components/monitoring";

/** The servers that the cases are about: one with a memory limit, and one without. */
export const SERVERS: MonitoredServer[] = [
  { name: "weather", metricsHost: "weather", metricsPort: 8000, memoryLimit: "512Mi" },
  { name: "geo", metricsHost: "geo", metricsPort: 8000 },
];

/** What Prometheus is given, and what it has to make of it. */
export interface AlertCase {
  alert: string;
  when: string;
  /** Series, and their values in promtool's notation: "0+5x3" is 0 5 10 15, "1x2" is 1 1 1, "_" is none. */
  input: { [series: string]: string };
  /** Time between two values, in minutes. Defaults to 1. */
  minutes?: number;
  /** Minutes from the start at which it is looked. */
  at: number[];
  /** What fires at each of these; nothing, unless said. */
  fires?: { labels: { [label: string]: string }; summary: string; description: string };
}

const WEATHER = 'job="mcp",server="weather"';
const AT_A = `${WEATHER},instance="a:8000"`;
const AT_B = `${WEATHER},instance="b:8000"`;
const ON_A = { job: "mcp", server: "weather", instance: "a:8000" };
const UP_GEO = { 'up{job="mcp",server="geo",instance="geo:8000"}': "1x300" };

/** A tool's calls: how many a minute, and how many of them end within how many seconds. */
const calls = (method: string, endpoint: string, aMinute: number, within: { [seconds: string]: number }) => ({
  [`mcp_requests_total{${AT_A},method="${method}",endpoint="${endpoint}"}`]: `0+${aMinute}x60`,
  ...Object.fromEntries(
    Object.entries({ ...within, "+Inf": aMinute }).map(([le, count]) => [
      `mcp_request_duration_seconds_bucket{${AT_A},method="${method}",endpoint="${endpoint}",le="${le}"}`,
      `0+${count}x60`,
    ]),
  ),
});

const failures = (requests: number, failed: number) => ({
  [`mcp_requests_total{${AT_A},method="tools/call",endpoint="forecast"}`]: `0+${requests}x60`,
  [`mcp_request_errors_total{${AT_A},method="tools/call",endpoint="forecast"}`]: `0+${failed}x60`,
});

/** Each alert, when it has to fire and when it must not. No value lies at the edge of a window: Prometheus 3 counts it otherwise than 2. */
export const ALERT_CASES: AlertCase[] = [
  {
    alert: "McpServerDown",
    when: "one of two instances can't be reached",
    input: { [`up{${AT_A}}`]: "1x2 0x20", [`up{${AT_B}}`]: "1x22" },
    at: [4, 10],
    fires: {
      labels: { ...ON_A, severity: "warning" },
      summary: "MCP server weather is down at a:8000",
      description: "Its metrics have been unreachable for 1m. Of this server's instances, 1 of 2 still answer.",
    },
  },
  {
    alert: "McpServerDown",
    when: "one scrape fails",
    input: { [`up{${AT_A}}`]: "1x2 0 1x20" },
    at: [3, 4, 10],
  },
  {
    alert: "McpServerDown",
    when: "another job of the same Prometheus is down",
    input: { 'up{job="node",instance="n:9100"}': "0x20" },
    at: [10],
  },
  {
    alert: "McpServerNoReadyReplica",
    when: "all instances can't be reached",
    input: { [`up{${AT_A}}`]: "1x2 0x20", [`up{${AT_B}}`]: "0x22", ...UP_GEO },
    at: [5, 10],
    fires: {
      labels: { server: "weather", severity: "critical" },
      summary: "MCP server weather has no instance that answers",
      description: "None has answered for 2m, of 2 that are known: no client can use this server.",
    },
  },
  {
    alert: "McpServerNoReadyReplica",
    when: "its name resolves to no instance any more",
    input: { [`up{${AT_A}}`]: "1x2 stale", ...UP_GEO },
    at: [6, 30],
    fires: {
      labels: { server: "weather", severity: "critical" },
      summary: "MCP server weather has no instance that answers",
      description: "None has answered for 2m, of 0 that are known: no client can use this server.",
    },
  },
  {
    alert: "McpServerNoReadyReplica",
    when: "one of two instances answers",
    input: { [`up{${AT_A}}`]: "0x20", [`up{${AT_B}}`]: "1x20", ...UP_GEO },
    at: [10],
  },
  {
    alert: "McpServerNoReadyReplica",
    when: "the only instance restarts",
    input: { [`up{${AT_A}}`]: "1x2 0 1x20", ...UP_GEO },
    at: [3, 4, 10],
  },
  {
    alert: "McpErrorRatioHigh",
    when: "every fifth request fails",
    input: failures(30, 6),
    at: [15, 30],
    fires: {
      labels: { server: "weather", severity: "warning" },
      summary: "MCP server weather answers 20% of its requests with errors",
      description: "More than 10% have failed for 5m; it is 20% of 150 requests within the last 5 minutes.",
    },
  },
  { alert: "McpErrorRatioHigh", when: "one request of thirty fails", input: failures(30, 1), at: [15, 30] },
  { alert: "McpErrorRatioHigh", when: "the only request in a minute fails", input: failures(1, 1), at: [15, 30] },
  { alert: "McpErrorRatioHigh", when: "there are no requests", input: failures(0, 0), at: [15, 30] },
  {
    alert: "McpLatencyHigh",
    when: "a tool takes 5 to 10 s, and another does not",
    input: {
      ...calls("tools/call", "search", 20, { 1: 0, 5: 0, 10: 20 }),
      ...calls("tools/call", "forecast", 200, { 1: 200, 5: 200, 10: 200 }),
    },
    at: [20, 30],
    fires: {
      labels: { server: "weather", endpoint: "search", severity: "warning" },
      summary: "MCP server weather is slow: its tool search takes 9.75s",
      description: "One call of twenty takes 9.75s or longer. It has been more than 5s for 10m.",
    },
  },
  {
    alert: "McpLatencyHigh",
    when: "one call of a hundred is slow",
    input: calls("tools/call", "search", 100, { 1: 99, 5: 99, 10: 100 }),
    at: [20, 30],
  },
  {
    alert: "McpLatencyHigh",
    when: "subscriptions last long",
    input: calls("subscriptions/listen", "-", 20, { 1: 0, 60: 0, 300: 20 }),
    at: [20, 30],
  },
  {
    alert: "McpLatencyHigh",
    when: "the only call in a minute is slow",
    input: calls("tools/call", "search", 1, { 1: 0, 5: 0, 10: 1 }),
    at: [20, 30],
  },
  {
    alert: "McpServerRestarts",
    when: "the process has started three times anew",
    input: { [`process_start_time_seconds{${AT_A}}`]: "100x3 200x3 300x3 400x10" },
    at: [13],
    fires: {
      labels: { ...ON_A, severity: "warning" },
      summary: "MCP server weather restarts again and again at a:8000",
      description: "It has restarted 3 times within 15 minutes; 3 are too many.",
    },
  },
  {
    alert: "McpServerRestarts",
    when: "it has restarted twice",
    input: { [`process_start_time_seconds{${AT_A}}`]: "100x3 200x3 300x20" },
    at: [8, 13],
  },
  {
    alert: "McpServerRestarts",
    when: "a rollout has replaced all instances",
    input: {
      [`process_start_time_seconds{${AT_A}}`]: "100x3 stale",
      [`process_start_time_seconds{${AT_B}}`]: "_x4 200x3 stale",
      [`process_start_time_seconds{${WEATHER},instance="c:8000"}`]: "_x8 300x20",
    },
    at: [13],
  },
  {
    alert: "McpMemoryNearLimit",
    when: "it uses 500 MB of 512 MiB",
    input: { [`process_resident_memory_bytes{${AT_A}}`]: "500000000x60" },
    at: [6, 30],
    fires: {
      labels: { ...ON_A, severity: "warning" },
      summary: "MCP server weather uses 93.13% of its memory limit at a:8000",
      description:
        "It has used more than 90% of 512MiB for 5m. At the limit it is killed, with all calls that are running.",
    },
  },
  {
    alert: "McpMemoryNearLimit",
    when: "it uses 500 MB for a moment",
    input: { [`process_resident_memory_bytes{${AT_A}}`]: "300000000x3 500000000x3 300000000x20" },
    at: [6, 7, 10],
  },
  {
    alert: "McpMemoryNearLimit",
    when: "a server without a limit uses 8 GB",
    input: { 'process_resident_memory_bytes{job="mcp",server="geo",instance="geo:8000"}': "8000000000x60" },
    at: [30],
  },
  {
    alert: "McpMemoryNearLimit",
    when: "its container uses 500 MB of 512 MiB, most of them in processes that it has started",
    input: {
      [`process_resident_memory_bytes{${AT_A}}`]: "80000000x60",
      [`mcp_container_memory_working_set_bytes{${AT_A}}`]: "500000000x60",
      [`mcp_container_memory_limit_bytes{${AT_A}}`]: "536870912x60",
    },
    at: [6, 30],
    fires: {
      labels: { ...ON_A, severity: "warning" },
      summary: "MCP server weather uses 93.13% of its memory limit at a:8000",
      description:
        "It has used more than 90% of 512MiB for 5m. At the limit it is killed, with all calls that are running.",
    },
  },
  {
    alert: "McpMemoryNearLimit",
    when: "the limit of its container is not the one that was set",
    input: {
      [`mcp_container_memory_working_set_bytes{${AT_A}}`]: "250000000x60",
      [`mcp_container_memory_limit_bytes{${AT_A}}`]: "268435456x60",
    },
    at: [6, 30],
    fires: {
      labels: { ...ON_A, severity: "warning" },
      summary: "MCP server weather uses 93.13% of its memory limit at a:8000",
      description:
        "It has used more than 90% of 256MiB for 5m. At the limit it is killed, with all calls that are running.",
    },
  },
  {
    alert: "McpMemoryNearLimit",
    when: "its container uses 300 MB, whatever the process is said to have",
    input: {
      [`process_resident_memory_bytes{${AT_A}}`]: "500000000x60",
      [`mcp_container_memory_working_set_bytes{${AT_A}}`]: "300000000x60",
      [`mcp_container_memory_limit_bytes{${AT_A}}`]: "536870912x60",
    },
    at: [6, 30],
  },
  {
    alert: "McpSessionGrowth",
    when: "a connection a minute stays open",
    minutes: 4,
    input: { [`mcp_active_connections{${AT_A}}`]: "0+4x60" },
    at: [128, 200],
    fires: {
      labels: { ...ON_A, severity: "warning" },
      summary: "MCP server weather keeps more and more connections open at a:8000",
      description: "There are 48 more than an hour ago at least, and it has been more than 20 for 1h.",
    },
  },
  {
    alert: "McpSessionGrowth",
    when: "use has risen for an hour, and stays there",
    minutes: 4,
    input: { [`mcp_active_connections{${AT_A}}`]: "0+4x15 60x45" },
    at: [80, 100, 128, 200],
  },
  {
    alert: "McpSessionGrowth",
    when: "use comes and goes in waves",
    minutes: 4,
    input: { [`mcp_active_connections{${AT_A}}`]: Array(10).fill("0 100 200 100 0 50").join(" ") },
    at: [128, 200],
  },
  {
    alert: "McpMetricsMissing",
    when: "nothing of any server has been stored",
    input: { [`up{${AT_A}}`]: "1x5", 'up{job="node",instance="n:9100"}': "1x30" },
    at: [11, 30],
    fires: {
      labels: { job: "mcp", severity: "critical" },
      summary: "Prometheus stores no metrics of MCP servers",
      description:
        "It has stored none of any server for 2m and longer: its volume is full, or it finds no server. " +
        "Until it does, no other alert can be relied on.",
    },
  },
  {
    alert: "McpMetricsMissing",
    when: "Prometheus has just started",
    input: { [`up{${AT_A}}`]: "_x2 1x30" },
    at: [0, 1, 2, 3, 10, 30],
  },
  {
    alert: "McpMetricsMissing",
    when: "what is stored is that all servers are down",
    input: { [`up{${AT_A}}`]: "0x30", ...UP_GEO },
    at: [10, 30],
  },
];
