import type { Line, Panel } from "./answers";
import { colorOf, graph } from "./graph";
import { area, type Box, COLORS, path, rectangle, text } from "./svg";
import { formatted } from "./units";

/** A panel of a dashboard with what Prometheus answered. */
export function drawPanel(panel: Panel, lines: Line[], range: { start: number; end: number }, box: Box): string {
  if (panel.type === "row") return text(box.x + 4, box.y + 20, `⌄ ${panel.title}`, { size: 14, weight: 500 });
  const inner = { x: box.x, y: box.y + 26, w: box.w, h: box.h - 30 };
  return [
    rectangle(box, COLORS.panel, `stroke="${COLORS.border}" rx="2"`),
    text(box.x + 8, box.y + 17, panel.title, { size: 12, weight: 500 }),
    content(panel, lines, range, inner),
  ].join("\n");
}

function content(panel: Panel, lines: Line[], range: { start: number; end: number }, box: Box): string {
  if (panel.type === "stat") return stat(panel, lines, range, box);
  if (panel.type === "table") return table(panel, lines, box);
  if (panel.type === "timeseries") return graph(panel, lines, range, box);
  return text(box.x + 12, box.y + 24, (panel.options?.content ?? "").replaceAll("`", ""), { size: 12 });
}

function stat({ fieldConfig }: Panel, lines: Line[], range: { start: number; end: number }, box: Box): string {
  const { unit, thresholds } = fieldConfig?.defaults ?? {};
  const values = lines[0]?.values ?? [];
  const last = values.at(-1)?.[1];
  const limit = thresholds?.steps.find(({ color }) => color === "red")?.value ?? undefined;
  const fill = limit === undefined ? COLORS.text : last !== undefined && last >= limit ? COLORS.red : colorOf(0);
  const top = Math.max(...values.map(([, value]) => value), 0) || 1;
  const points = values.map(([time, value]): [number, number] => [
    box.x + ((time - range.start) / (range.end - range.start)) * box.w,
    box.y + box.h - (value / top) * box.h * 0.35,
  ]);
  const [first, end] = [points[0], points.at(-1)];
  const floor = box.y + box.h;
  return [
    ...(first && end ? [area([...points, [end[0], floor], [first[0], floor]], fill, 0.15), path(points, fill)] : []),
    text(box.x + box.w / 2, box.y + box.h * 0.45, formatted(last, unit), {
      size: 28,
      anchor: "middle",
      fill,
      weight: 500,
    }),
  ].join("\n");
}

function table({ fieldConfig, transformations = [] }: Panel, lines: Line[], box: Box): string {
  const names = transformations.find(({ options }) => options.renameByName)?.options.renameByName ?? {};
  const columns = Object.entries(names);
  const servers = [...new Set(lines.map(({ labels }) => labels.server ?? ""))].sort();
  const unitOf = (title: string): string | undefined =>
    fieldConfig?.overrides.find(({ matcher }) => matcher.options === title)?.properties.find(({ id }) => id === "unit")
      ?.value as string | undefined;
  const cell = (server: string, key: string, title: string): string => {
    if (key === "server") return server;
    const line = lines.find(({ labels, refId }) => labels.server === server && key.endsWith(`#${refId}`));
    return formatted(line?.values.at(-1)?.[1], unitOf(title));
  };
  const left = (index: number): number => box.x + 12 + (index * (box.w - 20)) / columns.length;
  const rows = [
    columns.map(([, title], index) =>
      text(left(index), box.y + 18, title, { size: 12, fill: COLORS.lines[2], weight: 500 }),
    ),
    ...servers.map((server, row) =>
      columns.map(([key, title], index) =>
        text(left(index), box.y + 44 + row * 26, cell(server, key, title), { size: 13 }),
      ),
    ),
  ];
  return rows.flat().join("\n");
}
