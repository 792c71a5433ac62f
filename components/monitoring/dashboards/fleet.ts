import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { DashboardSettings } from "../settings";
import { resolveThresholds } from "../thresholds";
import { FLEET_UID, finished, frame } from "./frame";
import { type PanelSpec, stat, timeSeries, Unit } from "./panels";
import { callDuration, cpu, errorRatio, FLEET, memoryRatio, requests, sum } from "./queries";
import { serverTable } from "./serverTable";

/** All servers at a glance: is anything wrong, and with which? */
export function fleetDashboard(settings: DashboardSettings): Dashboard {
  const limit = resolveThresholds(settings.thresholds);
  const builder = frame({
    uid: FLEET_UID,
    title: "MCP fleet overview",
    description: "All MCP servers of the stack: what answers, how often, how fast, and what it takes.",
    scrapeInterval: settings.scrapeInterval,
  });
  for (const spec of [
    {
      title: "Servers that answer",
      description: "Servers of which at least one instance can be reached.",
      queries: [{ expr: 'count(count by (server) (up{job="mcp"} == 1)) or vector(0)' }],
      unit: Unit.Count,
    },
    {
      title: "Servers that don't",
      description: "Servers of the stack that no instance answers for. McpServerNoReadyReplica tells of them.",
      queries: [{ expr: 'count(mcp_server_deployed unless on (server) (up{job="mcp"} == 1)) or vector(0)' }],
      unit: Unit.Count,
      limit: 1,
    },
    {
      title: "Alerts",
      description: "Alerts about MCP servers that are firing.",
      queries: [{ expr: 'count(ALERTS{alertname=~"Mcp.+",alertstate="firing"}) or vector(0)' }],
      unit: Unit.Count,
      limit: 1,
    },
    {
      title: "Requests",
      description: "MCP requests a second, all servers together.",
      queries: [{ expr: requests(FLEET) }],
      unit: Unit.PerSecond,
    },
    {
      title: "Errors",
      description: "Part of the requests that failed, all servers together.",
      queries: [{ expr: errorRatio(FLEET) }],
      unit: Unit.Ratio,
      limit: limit.errorRatio,
    },
    {
      title: "Tool calls, p95",
      description: "95% of the calls of tools were answered within this time.",
      queries: [{ expr: callDuration(0.95, FLEET) }],
      unit: Unit.Seconds,
      limit: limit.latencySeconds,
    },
  ]) {
    builder.withPanel(stat({ ...spec, width: 4 }));
  }
  builder.withPanel(serverTable(limit));
  const byServer: Omit<PanelSpec, "width">[] = [
    {
      title: "Requests",
      description: "MCP requests a second.",
      queries: [{ expr: requests(FLEET, "server"), legend: "{{server}}" }],
      unit: Unit.PerSecond,
    },
    {
      title: "Errors",
      description: "Part of the requests that failed. McpErrorRatioHigh fires above the line.",
      queries: [{ expr: errorRatio(FLEET, "server"), legend: "{{server}}" }],
      unit: Unit.Ratio,
      limit: limit.errorRatio,
    },
    {
      title: "Tool calls, p95",
      description: "95% of the calls of tools were answered within this time.",
      queries: [{ expr: callDuration(0.95, FLEET, "server"), legend: "{{server}}" }],
      unit: Unit.Seconds,
      limit: limit.latencySeconds,
    },
    {
      title: "Active connections",
      description: "HTTP requests that are open at the MCP endpoints, streams included; sessions of a bridge.",
      queries: [{ expr: sum(`mcp_active_connections{${FLEET}}`, ["server"]), legend: "{{server}}" }],
      unit: Unit.Count,
    },
    {
      title: "CPU",
      description: "Cores that the servers' processes use.",
      queries: [{ expr: cpu(FLEET, "server"), legend: "{{server}}" }],
      unit: Unit.Count,
    },
    {
      title: "Memory of the limit",
      description: "Of each server the instance that uses most. McpMemoryNearLimit fires above the line.",
      queries: [{ expr: memoryRatio(FLEET, "server"), legend: "{{server}}" }],
      unit: Unit.Ratio,
      limit: limit.memoryRatio,
    },
  ];
  for (const spec of byServer) builder.withPanel(timeSeries({ ...spec, width: 8 }));
  return finished(builder.build());
}
