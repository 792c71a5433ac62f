/** Grafana's colours, so that the picture looks familiar. */
export const COLORS = {
  page: "#111217",
  panel: "#181b1f",
  border: "#2c3235",
  text: "#ccccdc",
  faint: "#8e8ea0",
  red: "#f2495c",
  lines: ["#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#b877d9", "#8ab8ff", "#f2495c"],
} as const;

/** Part of a picture, in pixels. */
export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export function text(
  x: number,
  y: number,
  content: string,
  { size = 11, fill = COLORS.text as string, anchor = "start", weight = 400 } = {},
): string {
  const look = `font-size="${size}" fill="${fill}" text-anchor="${anchor}" font-weight="${weight}"`;
  return `<text x="${round(x)}" y="${round(y)}" ${look}>${escaped(content)}</text>`;
}

export const rectangle = ({ x, y, w, h }: Box, fill: string, more = ""): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" fill="${fill}" ${more}/>`;

export const path = (points: [number, number][], stroke: string, more = ""): string =>
  `<path d="${drawn(points)}" stroke="${stroke}" fill="none" stroke-width="1.5" ${more}/>`;

export const area = (points: [number, number][], fill: string, opacity: number): string =>
  `<path d="${drawn(points)}Z" fill="${fill}" fill-opacity="${opacity}"/>`;

const drawn = (points: [number, number][]): string =>
  points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");

const round = (value: number): number => Math.round(value * 10) / 10;
