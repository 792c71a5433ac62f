import { DEFAULTS } from "../../components/server/defaults";
import { asList, asMapping, type Mapping } from "./composeFile";
import type { ServiceReader } from "./reader";
import { interpolate, seconds } from "./values";

/** Timings of a server's health check, and its path where the command names one. */
export type ServerHealth = Partial<
  Record<"intervalSeconds" | "timeoutSeconds" | "startPeriodSeconds" | "retries", number> &
    Record<"readinessPath" | "livenessPath", string>
>;

const TIMINGS = {
  interval: "intervalSeconds",
  timeout: "timeoutSeconds",
  start_period: "startPeriodSeconds",
  retries: "retries",
} as const;

/** The health check of a server: its timings. The command is ours, which asks the server itself. */
export function serverHealth(reader: ServiceReader): ServerHealth | undefined {
  const check = asMapping(reader.take("healthcheck"));
  if (check === undefined) return undefined;
  if (isDisabled(check)) {
    reader.note("healthcheck", "disable", "every server is checked", "nothing to do");
    return undefined;
  }
  const health: ServerHealth = {};
  for (const [key, field] of Object.entries(TIMINGS)) {
    if (check[key] === undefined) continue;
    const value = key === "retries" ? Number(interpolate(check[key]).text) : seconds(check[key]);
    if (value !== undefined && Number.isInteger(value)) health[field] = value;
    else reader.note(`healthcheck.${key}`, check[key], "this is no whole number of seconds", `set health.${field}`);
  }
  if (check.start_interval !== undefined) {
    reader.note("healthcheck.start_interval", check.start_interval, "there is no setting for it", "leave it out");
  }
  limitTimeout(reader, health);
  noteTest(reader, check, health);
  return Object.keys(health).length > 0 ? health : undefined;
}

/** A check has to end before the next one starts; compose lets them overlap. */
function limitTimeout(reader: ServiceReader, health: ServerHealth): void {
  const { intervalSeconds = DEFAULTS.health.intervalSeconds, timeoutSeconds } = health;
  if ((timeoutSeconds ?? DEFAULTS.health.timeoutSeconds) <= intervalSeconds) return;
  health.timeoutSeconds = intervalSeconds;
  if (timeoutSeconds === undefined) return;
  const why = `a check ends before the next one starts: ${intervalSeconds} s`;
  reader.note(
    "healthcheck.timeout",
    `${timeoutSeconds}s`,
    why,
    "raise intervalSeconds and timeoutSeconds if that is short",
  );
}

function noteTest(reader: ServiceReader, { test }: Mapping, health: ServerHealth): void {
  if (test === undefined) return;
  const path = /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::\d+)?(\/[\w\-./~]*)/.exec(
    asList(test).join(" "),
  )?.[1];
  if (path !== undefined) {
    health.readinessPath = path;
    health.livenessPath = path;
    return;
  }
  const fix = "serve health.livenessPath, /healthz by default; any answer below 500 counts";
  reader.note("healthcheck.test", test, "a server is asked over HTTP, which proves that it answers", fix);
}

/** The health command of a service, as words. */
export function serviceHealth(reader: ServiceReader): string[] | undefined {
  const check = asMapping(reader.take("healthcheck"));
  if (check === undefined || isDisabled(check)) return undefined;
  const { test, ...timings } = check;
  if (Object.keys(timings).length > 0) {
    const why = "services are checked every 10 s, time-out 5 s, 3 retries, start period 30 s";
    reader.note("healthcheck", Object.keys(timings).join(", "), why, "nothing to do");
  }
  if (test === undefined) return undefined;
  const all = asList(test).map(interpolate);
  const unknown = all.flatMap((word) => word.unknown);
  if (unknown.length > 0) {
    const fix = `set health, and write $${unknown[0]} in a shell command to have it from the container`;
    reader.note("healthcheck.test", test, `the value of ${unknown.join(", ")} is not in the file`, fix);
    return undefined;
  }
  const [kind, ...command] = all.map(({ text }) => text);
  if (!Array.isArray(test)) return ["sh", "-c", kind ?? ""];
  return kind === "CMD-SHELL" ? ["sh", "-c", command.join(" ")] : command;
}

const isDisabled = ({ disable, test }: Mapping): boolean => disable === true || asList(test)[0] === "NONE";
