import type { Line, Panel } from "./answers";
import { area, type Box, COLORS, path, rectangle, text } from "./svg";
import { formatted } from "./units";

const LEGEND_ROW = 15;

/** Lines over time, with their axes, the threshold and a legend. */
export function graph({ fieldConfig }: Panel, lines: Line[], range: { start: number; end: number }, box: Box): string {
  const { unit, custom, thresholds } = fieldConfig?.defaults ?? {};
  const shown = lines.slice(0, 6);
  const legendHeight = shown.length * LEGEND_ROW + 4;
  const plot = { x: box.x + 62, y: box.y + 4, w: box.w - 70, h: box.h - legendHeight - 24 };
  const stacked =
    custom?.stacking?.mode === "normal" ? stack(shown) : shown.map(({ values }) => ({ values, below: [] }));
  const highest = Math.max(...stacked.flatMap(({ values }) => values.map(([, value]) => value)), 0);
  const limit = thresholds?.steps.find(({ color }) => color === "red")?.value ?? undefined;
  const scale = unit === "bytes" ? 1024 ** 2 : 1;
  const top = roundNumber(((highest || limit || 1) * 1.05) / scale) * scale;
  const at = (time: number, value: number): [number, number] => [
    plot.x + ((time - range.start) / (range.end - range.start)) * plot.w,
    plot.y + plot.h - (Math.min(value, top) / top) * plot.h,
  ];
  const parts: string[] = [];
  for (const part of [0, 0.5, 1]) {
    const [, y] = at(range.start, part * top);
    parts.push(
      path(
        [
          [plot.x, y],
          [plot.x + plot.w, y],
        ],
        COLORS.border,
        'stroke-opacity="0.6"',
      ),
    );
    parts.push(text(plot.x - 6, y + 4, formatted(part * top, unit), { anchor: "end", fill: COLORS.faint, size: 10 }));
  }
  const minutes = Math.round((range.end - range.start) / 60);
  for (const [index, label] of [`-${minutes} min`, `-${minutes / 2} min`, "now"].entries()) {
    const anchor = ["start", "middle", "end"][index] ?? "start";
    parts.push(
      text(plot.x + (plot.w * index) / 2, plot.y + plot.h + 14, label, { anchor, fill: COLORS.faint, size: 10 }),
    );
  }
  if (limit !== undefined && limit <= top) {
    parts.push(path([at(range.start, limit), at(range.end, limit)], COLORS.red, 'stroke-dasharray="6 4"'));
  }
  for (const [index, { values, below }] of stacked.entries()) {
    const color = colorOf(index);
    const base =
      below.length > 0 ? [...below].reverse() : ([...values].reverse().map(([t]) => [t, 0]) as typeof values);
    const points = values.map(([time, value]) => at(time, value));
    if (points.length > 1) {
      parts.push(
        area([...points, ...base.map(([time, value]) => at(time, value))], color, below.length > 0 ? 0.4 : 0.1),
      );
    }
    parts.push(path(points, color));
  }
  for (const [index, { name, values }] of shown.entries()) {
    const y = box.y + box.h - legendHeight + index * LEGEND_ROW + 12;
    parts.push(rectangle({ x: box.x + 10, y: y - 5, w: 10, h: 3 }, colorOf(index)));
    parts.push(text(box.x + 26, y, name));
    parts.push(text(box.x + box.w - 10, y, formatted(values.at(-1)?.[1], unit), { anchor: "end" }));
  }
  return parts.join("\n");
}

export const colorOf = (index: number): string => COLORS.lines[index % COLORS.lines.length] ?? COLORS.text;

/** The next number that is easy to read and to halve. */
function roundNumber(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10);
}

/** Each line on top of those before it. */
function stack(lines: Line[]): { values: Line["values"]; below: Line["values"] }[] {
  const sums = new Map<number, number>();
  return lines.map(({ values }) => {
    const below: Line["values"] = values.map(([time]) => [time, sums.get(time) ?? 0]);
    const raised: Line["values"] = values.map(([time, value]) => [time, value + (sums.get(time) ?? 0)]);
    for (const [time, value] of raised) sums.set(time, value);
    return { values: raised, below };
  });
}
