import { type OptionSpec, UsageError } from "../options";
import type { Wanted } from "./lines";

/** The options of `npm run logs`, besides those of all commands. */
export const LOG_OPTIONS: Record<string, OptionSpec> = {
  server: { type: "argument", value: "SERVER", description: "Server or service. Defaults to all of the stack." },
  follow: {
    type: "boolean",
    short: "f",
    description: "Go on with new lines until Ctrl-C, through restarts and rollouts.",
  },
  lines: {
    type: "string",
    short: "n",
    value: "N",
    description: "The last N lines of each. Defaults to 100; with --since to all since then.",
  },
  since: {
    type: "string",
    value: "TIME",
    description: "Nothing older: 30s, 10m, 2h30m, 1d, or a time such as 2026-11-24T12:00:00Z.",
  },
};

const DEFAULT_LINES = 100;

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * Reads which lines are wanted.
 * @throws UsageError
 */
export function wantedLines(values: Record<string, string[]>, now = Date.now()): Wanted {
  const [lines, since] = [values.lines?.at(-1), values.since?.at(-1)];
  if (lines === undefined && since === undefined) return { lines: DEFAULT_LINES };
  return {
    ...(lines !== undefined && { lines: readCount(lines) }),
    ...(since !== undefined && { since: readSince(since, now) }),
  };
}

function readCount(given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new UsageError(`--lines is no number of lines.\n  got:     ${given}\n  allowed: a whole number, such as 50`);
}

function readSince(given: string, now: number): Date {
  if (/^(\d+(\.\d+)?[smhd])+$/.test(given)) {
    const parts = [...given.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)];
    const seconds = parts.reduce((total, [, count, unit = ""]) => total + Number(count) * (SECONDS[unit] ?? 0), 0);
    return new Date(now - seconds * 1_000);
  }
  const time = /^\d{4}-\d\d-\d\d/.test(given) ? new Date(given) : undefined;
  if (time && !Number.isNaN(time.getTime())) return time;
  throw new UsageError(
    `--since is no time.\n  got:     ${given}\n  allowed: how long ago, such as 30s, 10m, 2h30m or 1d, or a time such as ` +
      `2026-11-24T12:00:00Z${/^\d+$/.test(given) ? `\n  fix:     --since ${given}m for minutes` : ""}`,
  );
}
