import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { DashboardSettings } from "../settings";
import { resolveThresholds } from "../thresholds";
import { finished, frame, uidOf } from "./frame";
import { type PanelSpec, stat, timeSeries, Unit } from "./panels";
import { callDuration, cpu, errorRatio, highestMemoryRatio, requests, scopeOf, sum } from "./queries";
import { serverTable } from "./serverTable";

/** All servers at a glance: is anything wrong, and with which? */
export function fleetDashboard(settings: DashboardSettings): Dashboard {
  const limit = resolveThresholds(settings.thresholds);
  const scope = scopeOf(settings.labels);
  const { fleet, recorded, firing } = scope;
  const builder = frame({
    uid: uidOf("mcp-fleet", settings),
    title: "MCP fleet overview",
    description: "All MCP servers of the stack: what answers, how often, how fast, and what it takes.",
    settings,
  });
  for (const spec of [
    {
      title: "Servers that answer",
      description: "Servers of which at least one instance can be reached.",
      queries: [{ expr: `count(count by (server) (up{${fleet}} == 1)) or vector(0)` }],
      unit: Unit.Count,
    },
    {
      title: "Servers that don't",
      description: "Servers of the stack that no instance answers for. McpServerNoReadyReplica tells of them.",
      queries: [
        { expr: `count(${recorded("mcp_server_deployed")} unless on (server) (up{${fleet}} == 1)) or vector(0)` },
      ],
      unit: Unit.Count,
      limit: 1,
    },
    {
      title: "Alerts",
      description: "Alerts about MCP servers that are firing.",
      queries: [{ expr: `count(${firing}) or vector(0)` }],
      unit: Unit.Count,
      limit: 1,
    },
    {
      title: "Requests",
      description: "MCP requests a second, all servers together.",
      queries: [{ expr: requests(fleet) }],
      unit: Unit.PerSecond,
    },
    {
      title: "Errors",
      description: "Part of the requests that failed, all servers together.",
      queries: [{ expr: errorRatio(fleet) }],
      unit: Unit.Ratio,
      limit: limit.errorRatio,
    },
    {
      title: "Tool calls, p95",
      description: "95% of the calls of tools were answered within this time.",
      queries: [{ expr: callDuration(0.95, fleet) }],
      unit: Unit.Seconds,
      limit: limit.latencySeconds,
    },
  ]) {
    builder.withPanel(stat({ ...spec, width: 4 }));
  }
  builder.withPanel(serverTable(scope, limit, uidOf("mcp-server", settings)));
  const byServer: Omit<PanelSpec, "width">[] = [
    {
      title: "Requests",
      description: "MCP requests a second.",
      queries: [{ expr: requests(fleet, "server"), legend: "{{server}}" }],
      unit: Unit.PerSecond,
    },
    {
      title: "Errors",
      description: "Part of the requests that failed. McpErrorRatioHigh fires above the line.",
      queries: [{ expr: errorRatio(fleet, "server"), legend: "{{server}}" }],
      unit: Unit.Ratio,
      limit: limit.errorRatio,
    },
    {
      title: "Tool calls, p95",
      description: "95% of the calls of tools were answered within this time.",
      queries: [{ expr: callDuration(0.95, fleet, "server"), legend: "{{server}}" }],
      unit: Unit.Seconds,
      limit: limit.latencySeconds,
    },
    {
      title: "Active connections",
      description: "HTTP requests that are open at the MCP endpoints, streams included; sessions of a bridge.",
      queries: [{ expr: sum(`mcp_active_connections{${fleet}}`, ["server"]), legend: "{{server}}" }],
      unit: Unit.Count,
    },
    {
      title: "CPU",
      description: "Cores that the servers use.",
      queries: [{ expr: cpu(fleet, "server"), legend: "{{server}}" }],
      unit: Unit.Count,
    },
    {
      title: "Memory of the limit",
      description: "Of each server the instance that uses most. McpMemoryNearLimit fires above the line.",
      queries: [{ expr: highestMemoryRatio(scope), legend: "{{server}}" }],
      unit: Unit.Ratio,
      limit: limit.memoryRatio,
    },
  ];
  for (const spec of byServer) builder.withPanel(timeSeries({ ...spec, width: 8 }));
  return finished(builder.build());
}
