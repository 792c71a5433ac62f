import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import type { Thresholds } from "../settings";
import { SERVER_UID } from "./frame";
import { PROMETHEUS, Unit } from "./panels";
import { callDuration, errorRatio, FLEET, memoryRatio, requests, restarts, sum } from "./queries";

interface Column {
  title: string;
  expr: string;
  unit: string;
  /** From which value on it is coloured. */
  limit?: number;
  /** Up to which value it is, instead. */
  least?: number;
}

const columns = (limit: Thresholds): Column[] => [
  {
    title: "Instances",
    // Servers without any count too, with 0.
    expr: 'count by (server) (up{job="mcp"} == 1) or 0 * mcp_server_deployed',
    unit: Unit.Count,
    least: 1,
  },
  { title: "Requests", expr: requests(FLEET, "server"), unit: Unit.PerSecond },
  { title: "Errors", expr: errorRatio(FLEET, "server"), unit: Unit.Ratio, limit: limit.errorRatio },
  {
    title: "Tool calls, p95",
    expr: callDuration(0.95, FLEET, "server"),
    unit: Unit.Seconds,
    limit: limit.latencySeconds,
  },
  { title: "Connections", expr: sum(`mcp_active_connections{${FLEET}}`, ["server"]), unit: Unit.Count },
  { title: "Memory", expr: memoryRatio(FLEET, "server"), unit: Unit.Ratio, limit: limit.memoryRatio },
  { title: "Restarts", expr: restarts(FLEET, "server"), unit: Unit.Count, limit: limit.restarts },
];

/** A line for each server, which leads to its own dashboard. */
export function serverTable(limit: Thresholds): PanelBuilder {
  const all = columns(limit);
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
        value: [{ title: "Dashboard", url: `/d/${SERVER_UID}?var-server=\${__value.raw}&\${__url_time_range}` }],
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
