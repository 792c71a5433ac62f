import { InvalidArgumentError } from "@commander-js/extra-typings";
import type { Wanted } from "./lines";

const DEFAULT_LINES = 100;

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Which lines are wanted: without a word the last 100, and all since a time. */
export const wantedLines = (lines: number | undefined, since: Date | undefined): Wanted =>
  lines === undefined && since === undefined
    ? { lines: DEFAULT_LINES }
    : { ...(lines !== undefined && { lines }), ...(since !== undefined && { since }) };

/**
 * Reads a number of lines.
 * @throws InvalidArgumentError
 */
export function lineCount(given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new InvalidArgumentError("This is no number of lines; allowed is a whole number, such as 50.");
}

/**
 * Reads a time, or how long ago it was.
 * @throws InvalidArgumentError
 */
export function sinceTime(given: string, now = Date.now()): Date {
  if (/^(\d+(\.\d+)?[smhd])+$/.test(given)) {
    const parts = [...given.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)];
    const seconds = parts.reduce((total, [, count, unit = ""]) => total + Number(count) * (SECONDS[unit] ?? 0), 0);
    return new Date(now - seconds * 1_000);
  }
  const time = /^\d{4}-\d\d-\d\d/.test(given) ? new Date(given) : undefined;
  if (time && !Number.isNaN(time.getTime())) return time;
  throw new InvalidArgumentError(
    "This is no time; allowed is how long ago, such as 30s, 10m, 2h30m or 1d, or a time such as 2026-11-24T12:00:00Z." +
      (/^\d+$/.test(given) ? ` Did you mean --since ${given}m, for minutes?` : ""),
  );
}
