import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  SortOrder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
} from "@grafana/grafana-foundation-sdk/common";
import { type Threshold, ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

/** Prometheus, as the dashboard's variable names it: the dashboards work in any Grafana. */
export const PROMETHEUS = { type: "prometheus", uid: `\${datasource}` };

/** Names of Grafana's units. */
export const Unit = {
  Count: "short",
  Ratio: "percentunit",
  Seconds: "s",
  Bytes: "bytes",
  PerSecond: "reqps",
} as const;

/** A query, and how its series are named in the legend. */
export interface Query {
  expr: string;
  legend?: string;
}

/** What panels have in common. */
export interface PanelSpec {
  title: string;
  /** What it shows, for somebody who sees it for the first time. */
  description: string;
  unit: string;
  queries: Query[];
  /** Of 24 columns. */
  width: number;
  /** From which value on it is no longer good. */
  limit?: number;
  /** Whether the lines add up to a whole. */
  stacked?: boolean;
}

const HEIGHTS = { stat: 4, timeSeries: 8 };

/** One number, with a line of how it came about. */
export function stat({ title, description, unit, queries, width, limit }: PanelSpec): StatBuilder {
  return new StatBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .unit(unit)
    .targets(queries.map(target))
    .thresholds(thresholds(limit))
    .graphMode(BigValueGraphMode.Area)
    .colorMode(limit === undefined ? BigValueColorMode.None : BigValueColorMode.Value)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .noValue("-")
    .height(HEIGHTS.stat)
    .span(width);
}

/** Lines over time. */
export function timeSeries({ title, description, unit, queries, width, limit, stacked }: PanelSpec): TimeSeriesBuilder {
  const panel = new TimeSeriesBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .unit(unit)
    .min(0)
    .targets(queries.map(target))
    .thresholds(thresholds(limit))
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .calcs(["lastNotNull", "max"]),
    )
    .tooltip(new common.VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .showPoints(VisibilityMode.Never)
    .fillOpacity(10)
    .height(HEIGHTS.timeSeries)
    .span(width);
  if (stacked) panel.fillOpacity(40).stacking(new common.StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
  if (limit !== undefined)
    panel.thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  return panel;
}

const target = ({ expr, legend }: Query, index: number): Builder<Dataquery> => {
  const query = new DataqueryBuilder()
    .expr(expr)
    .range()
    .refId(String.fromCharCode(65 + index));
  return legend === undefined ? query : query.legendFormat(legend);
};

const thresholds = (limit: number | undefined): ThresholdsConfigBuilder => {
  const good: Threshold = { value: null, color: "green" };
  const steps = limit === undefined ? [good] : [good, { value: limit, color: "red" }];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
};
