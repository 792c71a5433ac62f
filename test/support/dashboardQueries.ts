/** A query of a dashboard's panel or variable. */
export interface DashboardQuery {
  panel: string;
  expr: string;
  /** Whether the panel shows one moment, not a time. */
  instant: boolean;
}

interface Panel {
  title?: string;
  type: string;
  panels?: Panel[];
  targets?: { expr?: string; instant?: boolean }[];
}

/** A dashboard as Grafana reads it. */
export interface Dashboard {
  title: string;
  panels: Panel[];
  templating: { list: { name: string; type: string; query: string }[] };
}

/** Every query that Grafana would send to Prometheus for a dashboard, with its own variables filled in. */
export function dashboardQueries(json: string, values: { [variable: string]: string }): DashboardQuery[] {
  const { panels, templating } = JSON.parse(json) as Dashboard;
  const all = panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  const ofPanels = all.flatMap(({ title = "", targets = [] }) =>
    targets.flatMap(({ expr, instant = false }) => (expr === undefined ? [] : [{ panel: title, expr, instant }])),
  );
  const ofVariables = templating.list
    .filter(({ type }) => type === "query")
    .map(({ name, query }) => ({ panel: `$${name}`, expr: seriesOf(query), instant: true }));
  return [...ofVariables, ...ofPanels].map((query) => ({ ...query, expr: filledIn(query.expr, values) }));
}

/** What a variable takes a label's values from: `label_values(SERIES, LABEL)`. */
function seriesOf(query: string): string {
  const series = /^label_values\((.*), \w+\)$/.exec(query)?.[1];
  if (series === undefined) throw new Error(`this is no variable of a label's values: ${query}`);
  return series;
}

/** A query with the variables filled in. */
export function filledIn(expr: string, values: { [variable: string]: string }): string {
  return expr.replace(/\$(\w+)/g, (all, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value is known for ${all} of ${expr}`);
    return value;
  });
}
