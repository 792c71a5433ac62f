import { memoryLimit, memoryUsed } from "../resources";
import type { Thresholds } from "../settings";
import { type PanelSpec, Unit } from "./panels";
import {
  callDuration,
  cpu,
  errorRatio,
  errors,
  errorsByType,
  requests,
  restarts,
  type Scope,
  sum,
  throttledCpu,
} from "./queries";

const calls = (series: string): string => `${series},method="tools/call"`;

/** The numbers on top. */
export const statPanels = ({ server }: Scope, limit: Thresholds): PanelSpec[] =>
  [
    {
      title: "Instances that answer",
      description: "Instances whose metrics can be read.",
      queries: [{ expr: `count(up{${server}} == 1) or vector(0)` }],
      unit: Unit.Count,
    },
    {
      title: "Requests",
      description: "MCP requests a second.",
      queries: [{ expr: requests(server) }],
      unit: Unit.PerSecond,
    },
    {
      title: "Errors",
      description: "Part of the requests that failed. McpErrorRatioHigh fires from the red on.",
      queries: [{ expr: errorRatio(server) }],
      unit: Unit.Ratio,
      limit: limit.errorRatio,
    },
    {
      title: "Tool calls, p95",
      description: "95% of the calls of tools were answered within this time.",
      queries: [{ expr: callDuration(0.95, server) }],
      unit: Unit.Seconds,
      limit: limit.latencySeconds,
    },
    {
      title: "Active connections",
      description: "HTTP requests that are open at the MCP endpoint, streams included; sessions of a bridge.",
      queries: [{ expr: sum(`mcp_active_connections{${server}}`) }],
      unit: Unit.Count,
    },
    {
      title: "Restarts",
      description: "Restarts within the time that is looked at, of all instances together.",
      queries: [{ expr: restarts(server) }],
      unit: Unit.Count,
      limit: limit.restarts,
    },
  ].map((spec) => ({ ...spec, width: 4 }));

export const trafficPanels = ({ server }: Scope, limit: Thresholds): PanelSpec[] =>
  [
    {
      title: "Requests by method",
      description: "MCP requests a second.",
      queries: [{ expr: requests(server, "method"), legend: "{{method}}" }],
      unit: Unit.PerSecond,
      stacked: true,
    },
    {
      title: "Calls by tool",
      description: 'Calls of tools a second; "unknown" are tools that the server does not have.',
      queries: [{ expr: requests(calls(server), "endpoint"), legend: "{{endpoint}}" }],
      unit: Unit.PerSecond,
      stacked: true,
    },
    {
      title: "Errors",
      description: "Part of the requests that failed. McpErrorRatioHigh fires above the line.",
      queries: [{ expr: errorRatio(server), legend: "all requests" }],
      unit: Unit.Ratio,
      limit: limit.errorRatio,
    },
    {
      title: "Failed calls by tool",
      description: "Calls of tools a second that failed.",
      queries: [{ expr: errors(calls(server), "endpoint"), legend: "{{endpoint}}" }],
      unit: Unit.PerSecond,
      stacked: true,
    },
    {
      title: "Errors by type",
      description: 'Errors a second: "tool_error" is a tool\'s own, a number is a code of JSON-RPC.',
      queries: [{ expr: errorsByType(server), legend: "{{error_type}}" }],
      unit: Unit.PerSecond,
      stacked: true,
    },
  ].map((spec, index) => ({ ...spec, width: index < 2 ? 12 : 8 }));

export const durationPanels = ({ server }: Scope, limit: Thresholds): PanelSpec[] =>
  [
    {
      title: "All tool calls",
      description: "Half of the calls, and 95% of them, were answered within this time.",
      queries: [
        { expr: callDuration(0.5, server), legend: "p50" },
        { expr: callDuration(0.95, server), legend: "p95" },
      ],
      unit: Unit.Seconds,
    },
    {
      title: "p50 by tool",
      description: "Half of the calls of a tool were answered within this time.",
      queries: [{ expr: callDuration(0.5, server, "endpoint"), legend: "{{endpoint}}" }],
      unit: Unit.Seconds,
    },
    {
      title: "p95 by tool",
      description: "95% of the calls of a tool were answered within this time. McpLatencyHigh fires above the line.",
      queries: [{ expr: callDuration(0.95, server, "endpoint"), legend: "{{endpoint}}" }],
      unit: Unit.Seconds,
      limit: limit.latencySeconds,
    },
  ].map((spec) => ({ ...spec, width: 8 }));

export const resourcePanels = ({ server, recordedOfServer }: Scope): PanelSpec[] =>
  [
    {
      title: "Active connections",
      description: "By instance. McpSessionGrowth fires when they keep growing.",
      queries: [{ expr: `mcp_active_connections{${server}}`, legend: "{{instance}}" }],
      unit: Unit.Count,
    },
    {
      title: "CPU",
      description: "Cores that each instance uses, and those that the limit of its container kept from it.",
      queries: [
        { expr: cpu(server, "instance"), legend: "{{instance}}" },
        { expr: throttledCpu(server, "instance"), legend: "{{instance}}, throttled" },
      ],
      unit: Unit.Count,
    },
    {
      title: "Memory",
      description:
        "Memory of each instance, and the limit at which it would be killed. Of a container it is the working set of all its processes.",
      queries: [
        { expr: memoryUsed(server), legend: "{{instance}}" },
        { expr: memoryLimit(server, recordedOfServer("mcp_server_memory_limit_bytes")), legend: "limit" },
      ],
      unit: Unit.Bytes,
    },
    {
      title: "Uptime",
      description: "A line that falls back to 0 is a restart. McpServerRestarts fires when there are several.",
      queries: [{ expr: `time() - process_start_time_seconds{${server}}`, legend: "{{instance}}" }],
      unit: Unit.Seconds,
    },
  ].map((spec) => ({ ...spec, width: 6 }));
