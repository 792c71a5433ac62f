import { type Comparison, isMet, type Summary, type Unit } from "./measure";

/** What this machine can't run, and why. */
export interface Skip {
  name: string;
  reason: string;
}

/** Comparisons as people read them. */
export function reportText(comparisons: Comparison[]): string {
  return comparisons.map(comparisonText).join("\n\n");
}

function comparisonText(comparison: Comparison): string {
  const { title, subject, reference, ratio, pairwise, goal, limit, unit = "ms", notes } = comparison;
  const width = Math.max(subject.name.length, reference.name.length);
  const goals = [
    ...(goal === undefined ? [] : [`ratio <= ${goal}`]),
    ...(limit === undefined ? [] : [`at most ${figure(limit, unit)}`]),
  ];
  const verdict = goals.length === 0 ? "" : `, goal ${goals.join(", ")}: ${isMet(comparison) ? "met" : "MISSED"}`;
  return [
    title,
    sideText(subject, width, unit),
    sideText(reference, width, unit),
    `  ratio ${ratio.toFixed(2)} (of pairs ${pairwise.toFixed(2)})${verdict}`,
    ...notes.map((note) => `  ${note}`),
  ].join("\n");
}

function sideText({ name, median, min, max, samples }: Summary, width: number, unit: Unit): string {
  const range = samples.length === 1 ? "" : `  (${figure(min, unit)} .. ${figure(max, unit)}, n = ${samples.length})`;
  return `  ${name.padEnd(width)}  ${figure(median, unit)}${range}`;
}

const figure = (value: number, unit: Unit): string =>
  unit === "ms" ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(1)} ${unit}`;

/** What was skipped, as people read it. */
export const skippedText = (skipped: Skip[]): string =>
  skipped.map(({ name, reason }) => `${name}: skipped, ${reason}`).join("\n");

/** The same for programs: times in milliseconds. */
export function reportJson(comparisons: Comparison[], skipped: Skip[]): string {
  const rounded = (_: string, value: unknown) => (typeof value === "number" ? Math.round(value * 1000) / 1000 : value);
  const results = comparisons.map((comparison) => ({ ...comparison, met: isMet(comparison) }));
  return JSON.stringify({ unit: "ms", node: process.version, results, skipped }, rounded, 2);
}
