import { filledIn } from "../dashboardQueries";
import { ask, type Series } from "../prometheus";

/** A panel of a dashboard, as far as it is drawn. */
export interface Panel {
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr?: string; instant?: boolean; legendFormat?: string; refId: string }[];
  fieldConfig?: {
    defaults: {
      unit?: string;
      custom?: { stacking?: { mode: string } };
      thresholds?: { steps: { value: number | null; color: string }[] };
    };
    overrides: { matcher: { options: string }; properties: { id: string; value: unknown }[] }[];
  };
  transformations?: { id: string; options: { renameByName?: { [name: string]: string } } }[];
  options?: { content?: string };
}

/** An answer to one of a panel's queries, and how it is named. */
export interface Line {
  name: string;
  refId: string;
  labels: Series["labels"];
  values: Series["values"];
}

/** Asks Prometheus what a panel shows. */
export async function answersFor(
  { targets = [] }: Panel,
  url: string,
  variables: { [variable: string]: string },
  range: { start: number; end: number; step: number },
): Promise<Line[]> {
  const lines = targets.map(async ({ expr = "", instant, legendFormat = "", refId }) => {
    const series = await ask(url, filledIn(expr, variables), instant ? { time: range.end } : range);
    return series.map(({ labels, values }) => ({
      name: legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? ""),
      refId,
      labels,
      values: values.filter(([, value]) => Number.isFinite(value)),
    }));
  });
  return (await Promise.all(lines)).flat();
}
