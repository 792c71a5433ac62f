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
  if (lines === "") schedule();
  lines += `${JSON.stringify(entry)}\n`;
}

// A write wakes up whoever reads the log. One for each request was most of what the layer cost: lines that come close
// together are written together, and a line that comes alone at once.
const TOGETHER_MS = 20;
let lines = "";
let written = 0;

function schedule() {
  if (Date.now() - written < TOGETHER_MS) setTimeout(flush, TOGETHER_MS).unref();
  else setImmediate(flush);
}

function flush() {
  written = Date.now();
  const text = lines;
  lines = "";
  if (text) process.stdout.write(text);
}
process.on("exit", flush); // Also after an error that nobody has caught.

const warned = new Set();

/** Says once what does not work here. The server itself goes on. */
export function warnOnce(message, reason) {
  if (warned.has(message)) return;
  warned.add(message);
  log("WARNING", message, reason && { reason: reason instanceof Error ? reason.message : reason });
}
