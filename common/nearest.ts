import { closest, distance } from "fastest-levenshtein";

/** The candidate that is close enough to be a slip of the pen. */
export function nearest(text: string, candidates: string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const best = closest(text, candidates);
  return distance(text, best) <= Math.max(2, Math.floor(text.length / 3)) ? best : undefined;
}
