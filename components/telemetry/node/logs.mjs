/** JSON logs on stdout: one object a line. What the server prints by itself stays as it is. */
import { settings } from "./settings.mjs";

const LOGGER = "mcp_telemetry";
const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];
const SYNONYMS = { TRACE: "DEBUG", WARN: "WARNING", FATAL: "CRITICAL" };
const wanted = LEVELS.indexOf(SYNONYMS[settings.logLevel] ?? settings.logLevel);
const threshold = wanted < 0 ? LEVELS.indexOf("INFO") : wanted;

export const isLogged = (level) => LEVELS.indexOf(level) >= threshold;

/** Writes a line. `fields` name methods, tools and outcomes; never results, and arguments only when that is asked for. */
export function log(level, message, fields) {
  if (!isLogged(level)) return;
  const entry = { timestamp: new Date().toISOString(), level, logger: LOGGER, message, ...fields };
  process.stdout.write(`${JSON.stringify(entry)}\n`);
}

const warned = new Set();

/** Says once what does not work here. The server itself goes on. */
export function warnOnce(message, reason) {
  if (warned.has(message)) return;
  warned.add(message);
  log("WARNING", message, reason && { reason: reason instanceof Error ? reason.message : reason });
}
