import { stripVTControlCharacters, type styleText } from "node:util";
import { asMapping, type Mapping } from "../compose/composeFile";
import { fromEpoch, type Line } from "./lines";

type Style = Parameters<typeof styleText>[0];

/** How lines are shown to people. */
export interface Look {
  /** Width of the column for names. */
  width: number;
  /** Puts colours where they are wanted. */
  style(style: Style, text: string): string;
  /** The day whose lines need no date. */
  today: Date;
}

const TIME = ["timestamp", "time", "ts", "@timestamp"];
const LEVEL = ["level", "severity", "levelname"];
const MESSAGE = ["message", "msg", "event"];
const DURATION = "duration_seconds";
/** Of a tool it is always the same. */
const METHOD = "method";
/** Shown in this order; what else a line has comes after them. */
const FIRST = ["tool", METHOD, DURATION, "outcome", "error_type"];
/** Says little: the name of the server stands before the line already. */
const LEFT_OUT = "logger";
const MULTILINE = "exception";

/** Levels of pino and bunyan. */
const NUMBERED: Record<string, string> = {
  10: "TRACE",
  20: "DEBUG",
  30: "INFO",
  40: "WARNING",
  50: "ERROR",
  60: "FATAL",
};
const LEVEL_STYLES: [RegExp, Style][] = [
  [/^(ERROR|CRITICAL|FATAL)/, "red"],
  [/^WARN/, "yellow"],
  [/^(DEBUG|TRACE)/, "dim"],
];
const LABEL_STYLES: Style[] = ["cyan", "magenta", "green", "blue", "yellow"];

/** A line for people: who wrote it, when, how grave it is, and what it says. A line of JSON may become several. */
export function printed(line: Line, look: Look): string {
  const { label, text, time } = line;
  const fields = parseObject(text);
  const content = fields ? readable(fields, look) : [harmless(text)];
  const own = fields && timeOf(fields);
  const clock = look.style("dim", clockOf(own ?? new Date(time), look.today));
  const name = look.style(styleOf(label), label.padEnd(look.width));
  return content.map((part) => `${name} ${look.style("dim", "|")} ${clock} ${part}`).join("\n");
}

/** A line for programs: one object of JSON. What the server wrote is left as it is, with its name before it. */
export function passedOn({ server, pod, text, time }: Line): string {
  const origin = { server, ...(pod !== undefined && { pod }) };
  const fields = parseObject(text);
  if (!fields) return JSON.stringify({ ...origin, timestamp: time, message: text });
  const missing = Object.entries(origin).filter(([name]) => !(name in fields));
  if (missing.length === 0) return text;
  const before = JSON.stringify(Object.fromEntries(missing)).slice(1, -1);
  const rest = text.trim().slice(1).trimStart();
  return `{${before}${rest.startsWith("}") ? "" : ","}${rest}`;
}

/** What stands in a line of JSON: a message, the fields that matter first, a stack trace on lines of its own. */
function readable(fields: Mapping, look: Look): string[] {
  const rest = { ...fields };
  const take = (names: string[]): unknown => {
    const name = names.find((one) => rest[one] !== undefined && rest[one] !== null);
    const value = name === undefined ? undefined : rest[name];
    if (name !== undefined) delete rest[name];
    return value;
  };
  take(TIME);
  const level = String(levelOf(take(LEVEL))).padEnd(8);
  const message = toText(take(MESSAGE) ?? "");
  const trace = take([MULTILINE]);
  take([LEFT_OUT]);
  if (rest.tool !== undefined) take([METHOD]);
  const first = FIRST.flatMap((name) => {
    const value = take([name]);
    return value === undefined ? [] : [pair(name, value)];
  });
  const others = Object.entries(rest).map(([name, value]) => look.style("dim", pair(name, value)));
  const [opening = "", ...more] = message.split("\n").map(harmless);
  const traced =
    typeof trace === "string"
      ? trace
          .trimEnd()
          .split("\n")
          .map((part) => `  ${harmless(part)}`)
      : [];
  const style = LEVEL_STYLES.find(([pattern]) => pattern.test(level))?.[1];
  const head = [style ? look.style(style, level) : level, opening, ...first, ...others].filter((part) => part !== "");
  return [head.join(" "), ...more, ...traced];
}

function levelOf(level: unknown): string {
  if (typeof level === "number") return NUMBERED[level] ?? String(level);
  return typeof level === "string" ? harmless(level.toUpperCase()) : "";
}

function pair(name: string, value: unknown): string {
  if (name === DURATION && typeof value === "number") return `duration=${shortDuration(value)}`;
  const text = harmless(toText(value));
  return `${harmless(name)}=${/[\s"=]/.test(text) || text === "" ? JSON.stringify(text) : text}`;
}

/** Three digits in the unit that fits: "1.23ms", "45.6ms", "1.2s". */
export function shortDuration(seconds: number): string {
  const [value, unit] = seconds < 1 ? [seconds * 1_000, "ms"] : [seconds, "s"];
  return `${Number(value.toPrecision(3))}${unit}`;
}

const toText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Without what a terminal would take for orders: a log may quote what somebody sent. */
const harmless = (text: string): string =>
  stripVTControlCharacters(text).replace(/(?!\t)\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));

function timeOf(fields: Mapping): Date | undefined {
  const value = TIME.map((name) => fields[name]).find((one) => one !== undefined);
  const time = typeof value === "number" ? fromEpoch(value) : typeof value === "string" ? new Date(value) : undefined;
  return time && !Number.isNaN(time.getTime()) ? time : undefined;
}

/** The time of the day, after the date when that is another day. */
function clockOf(time: Date, today: Date): string {
  const digits = (value: number, count = 2) => String(value).padStart(count, "0");
  const day = (date: Date) => `${date.getFullYear()}-${digits(date.getMonth() + 1)}-${digits(date.getDate())}`;
  const seconds = `${digits(time.getSeconds())}.${digits(time.getMilliseconds(), 3)}`;
  const clock = `${digits(time.getHours())}:${digits(time.getMinutes())}:${seconds}`;
  return day(time) === day(today) ? clock : `${day(time)} ${clock}`;
}

/** The same name has the same colour each time. */
function styleOf(label: string): Style {
  const sum = [...label].reduce((total, character) => total + (character.codePointAt(0) ?? 0), 0);
  return LABEL_STYLES[sum % LABEL_STYLES.length] ?? "cyan";
}

function parseObject(text: string): Mapping | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return asMapping(JSON.parse(text));
  } catch {
    return undefined;
  }
}
