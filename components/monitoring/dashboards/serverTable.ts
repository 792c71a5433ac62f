import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import type { Thresholds } from "../settings";
import { PROMETHEUS, Unit } from "./panels";
import { callDuration, errorRatio, highestMemoryRatio, requests, restarts, type Scope, sum } from "./queries";

interface Column {
  title: string;
  expr: string;
  unit: string;
  /** From which value on it is coloured. */
  limit?: number;
  /** Up to which value it is, instead. */
  least?: number;
}

function columns(scope: Scope, limit: Thresholds): Column[] {
  const { fleet, recorded } = scope;
  return [
    {
      title: "Instances",
      // Servers without any count too, with 0.
      expr: `count by (server) (up{${fleet}} == 1) or sum by (server) (0 * ${recorded("mcp_server_deployed")})`,
      unit: Unit.Count,
      least: 1,
    },
    { title: "Requests", expr: requests(fleet, "server"), unit: Unit.PerSecond },
    { title: "Errors", expr: errorRatio(fleet, "server"), unit: Unit.Ratio, limit: limit.errorRatio },
    {
      title: "Tool calls, p95",
      expr: callDuration(0.95, fleet, "server"),
      unit: Unit.Seconds,
      limit: limit.latencySeconds,
    },
    { title: "Connections", expr: sum(`mcp_active_connections{${fleet}}`, ["server"]), unit: Unit.Count },
    { title: "Memory", expr: highestMemoryRatio(scope), unit: Unit.Ratio, limit: limit.memoryRatio },
    { title: "Restarts", expr: restarts(fleet, "server"), unit: Unit.Count, limit: limit.restarts },
  ];
}

/** A line for each server, which leads to its own dashboard. */
export function serverTable(scope: Scope, limit: Thresholds, uid: string): PanelBuilder {
  const all = columns(scope, limit);
  const letter = (index: number): string => String.fromCharCode(65 + index);
  const names = Object.fromEntries(all.map(({ title }, index) => [`Value #${letter(index)}`, title]));
  const panel = new PanelBuilder()
    .title("Servers")
    .description("Now; restarts within the time that is looked at. Click on a server for its own dashboard.")
    .datasource(PROMETHEUS)
    .targets(
      all.map(({ expr }, index) =>
        new DataqueryBuilder().expr(expr).instant().format(PromQueryFormat.Table).refId(letter(index)),
      ),
    )
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: { excludeByName: { Time: true }, renameByName: { server: "Server", ...names } },
    })
    .overrideByName("Server", [
      {
        id: "links",
        value: [{ title: "Dashboard", url: `/d/${uid}?var-server=\${__value.raw}&\${__url_time_range}` }],
      },
    ])
    .height(7)
    .span(24);
  for (const column of all) panel.overrideByName(column.title, properties(column));
  return panel;
}

function properties({ unit, limit, least }: Column): { id: string; value: unknown }[] {
  const steps =
    least === undefined
      ? [{ value: null, color: "text" }, ...(limit === undefined ? [] : [{ value: limit, color: "red" }])]
      : [
          { value: null, color: "red" },
          { value: least, color: "text" },
        ];
  return [
    { id: "unit", value: unit },
    { id: "thresholds", value: { mode: "absolute", steps } },
    { id: "custom.cellOptions", value: { type: "color-text" } },
  ];
}
