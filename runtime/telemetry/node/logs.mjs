/** JSON logs on stdout: one object a line. What the server prints by itself stays as it is. */
import { settings } from "./settings.mjs";
import { together } from "./together.mjs";

const LOGGER = "mcp_telemetry";
const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];
const SYNONYMS = { TRACE: "DEBUG", WARN: "WARNING", FATAL: "CRITICAL" };
const wanted = LEVELS.indexOf(SYNONYMS[settings.logLevel] ?? settings.logLevel);
const threshold = wanted < 0 ? LEVELS.indexOf("INFO") : wanted;
const lines = together((all) => process.stdout.write(all.join("")));

export const isLogged = (level) => LEVELS.indexOf(level) >= threshold;

/**
 * Writes a line.
 *
 * @param fields name methods, tools and outcomes; never results, and arguments only when that is asked for
 * @param time when it happened, in ms since 1970
 */
export function log(level, message, fields, time = Date.now()) {
  if (!isLogged(level)) return;
  const entry = { timestamp: new Date(time).toISOString(), level, logger: LOGGER, message, ...fields };
  lines.add(`${JSON.stringify(entry)}\n`);
}

const warned = new Set();

/** Says once what does not work here. The server itself goes on. */
export function warnOnce(message, reason) {
  if (warned.has(message)) return;
  warned.add(message);
  log("WARNING", message, reason && { reason: reason instanceof Error ? reason.message : reason });
}
