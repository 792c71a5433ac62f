import { type Comparison, isMet, type Summary } from "./measure";

/** Comparisons as people read them. */
export function reportText(comparisons: Comparison[]): string {
  return comparisons.map(comparisonText).join("\n\n");
}

function comparisonText(comparison: Comparison): string {
  const { title, subject, reference, ratio, pairwise, goal, notes } = comparison;
  const width = Math.max(subject.name.length, reference.name.length);
  const verdict = goal === undefined ? "" : `, goal <= ${goal}: ${isMet(comparison) ? "met" : "MISSED"}`;
  return [
    title,
    sideText(subject, width),
    sideText(reference, width),
    `  ratio ${ratio.toFixed(2)} (of pairs ${pairwise.toFixed(2)})${verdict}`,
    ...notes.map((note) => `  ${note}`),
  ].join("\n");
}

function sideText({ name, median, min, max, samples }: Summary, width: number): string {
  return `  ${name.padEnd(width)}  ${seconds(median)}  (${seconds(min)} .. ${seconds(max)}, n = ${samples.length})`;
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

/** The same for programs: times in milliseconds. */
export function reportJson(comparisons: Comparison[]): string {
  const rounded = (_: string, value: unknown) => (typeof value === "number" ? Math.round(value * 1000) / 1000 : value);
  const results = comparisons.map((comparison) => ({ ...comparison, met: isMet(comparison) }));
  return JSON.stringify({ unit: "ms", node: process.version, results }, rounded, 2);
}
