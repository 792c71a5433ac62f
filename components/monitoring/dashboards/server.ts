import {
  type Dashboard,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { DashboardSettings } from "../settings";
import { resolveThresholds } from "../thresholds";
import { finished, frame, uidOf } from "./frame";
import { logPanel } from "./logPanel";
import { type PanelSpec, PROMETHEUS, stat, timeSeries } from "./panels";
import { scopeOf } from "./queries";
import { durationPanels, resourcePanels, statPanels, trafficPanels } from "./serverPanels";

/** One server: what it does, how well, and what it takes. */
export function serverDashboard(settings: DashboardSettings): Dashboard {
  const limit = resolveThresholds(settings.thresholds);
  const scope = scopeOf(settings.labels);
  const builder = frame({
    uid: uidOf("mcp-server", settings),
    title: "MCP server",
    description: "One MCP server: its requests, errors and durations by tool, its resources and its logs.",
    settings,
  }).withVariable(
    new QueryVariableBuilder("server")
      .label("Server")
      .datasource(PROMETHEUS)
      .query(`label_values(up{${scope.fleet}}, server)`)
      // Also servers that are gone by now, as long as the time that is looked at knows of them.
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc),
  );
  for (const spec of statPanels(scope, limit)) builder.withPanel(stat(spec));
  const rows: [string, PanelSpec[]][] = [
    ["Traffic", trafficPanels(scope, limit)],
    ["Duration", durationPanels(scope, limit)],
    ["Resources", resourcePanels(scope)],
  ];
  for (const [title, specs] of rows) {
    builder.withRow(new RowBuilder(title));
    for (const spec of specs) builder.withPanel(timeSeries(spec));
  }
  builder.withRow(new RowBuilder("Logs")).withPanel(logPanel(settings.logs));
  return finished(builder.build());
}
