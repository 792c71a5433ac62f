import { alignColumns } from "../table";
import type { Row } from "./collect";
import { Health, Missing, READINGS, type Reading, type Readings } from "./report";

const COLUMNS = ["NAME", "TARGET", "HEALTH", "UPTIME", "RESTARTS", "MEMORY", "CPU", "REQ/S", "ERR/S", "TOOLS", "URL"];
const NOTHING = "-";
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The status for people: a line each, and below what is to be said of some. */
export function statusText(rows: Row[], width?: number): string {
  const lines = alignColumns([COLUMNS, ...rows.map(cells)], width, [10]);
  const namesByText = new Map<string, string[]>();
  for (const { entry, health, reason } of rows) {
    const text = reason ?? (health instanceof Missing ? health.reason : undefined);
    if (text !== undefined) namesByText.set(text, [...(namesByText.get(text) ?? []), entry.name]);
  }
  const remarks = [...namesByText].map(([text, names]) => `${names.join(", ")}: ${text}`);
  return [...lines, ...(remarks.length > 0 ? ["", ...remarks] : [])].join("\n");
}

function cells({ entry, health, ready, readings }: Row): string[] {
  const { output, role } = entry;
  const word = health instanceof Missing ? NOTHING : health;
  return [
    entry.name,
    entry.target,
    ready ? `${word}, ${ready.count} of ${ready.wanted} ready` : word,
    shown(readings.uptimeSeconds, duration),
    shown(readings.restarts, String),
    memory(readings),
    shown(readings.cpuCores, (cores) => `${(cores * 100).toFixed(1)}%`),
    shown(readings.requestsPerSecond, rate),
    shown(readings.errorsPerSecond, rate),
    role === "server" && output?.tools ? String(output.tools.length) : NOTHING,
    output?.url ?? NOTHING,
  ];
}

const shown = (reading: Reading, format: (value: number) => string): string =>
  reading instanceof Missing ? NOTHING : format(reading);

function memory({ memoryBytes, memoryLimitBytes }: Readings): string {
  const used = shown(memoryBytes, bytes);
  return memoryBytes instanceof Missing || memoryLimitBytes instanceof Missing
    ? used
    : `${used} / ${bytes(memoryLimitBytes)}`;
}

/** A size in the unit that fits, with at most one decimal: "98.3 MiB", "2 GiB". */
export function bytes(size: number): string {
  const [value, unit] = size < 1024 ** 3 ? [size / 1024 ** 2, "MiB"] : [size / 1024 ** 3, "GiB"];
  return `${Number(value.toFixed(1))} ${unit}`;
}

/** A time in its two largest units: "3d 4h", "12m 5s". */
export function duration(seconds: number): string {
  if (seconds < MINUTE) return `${seconds}s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)}m ${seconds % MINUTE}s`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)}h ${Math.floor((seconds % HOUR) / MINUTE)}m`;
  return `${Math.floor(seconds / DAY)}d ${Math.floor((seconds % DAY) / HOUR)}h`;
}

const rate = (perSecond: number): string =>
  perSecond >= 100 ? perSecond.toFixed(0) : String(Number(perSecond.toFixed(1)));

/** The status for programs. What can't be had is null, and `missing` says why. */
export function statusJson(stack: string, rows: Row[]): object {
  const of = (role: Row["entry"]["role"]) =>
    Object.fromEntries(rows.filter(({ entry }) => entry.role === role).map((row) => [row.entry.name, rowJson(row)]));
  return { stack, healthy: isWell(rows), servers: of("server"), services: of("service") };
}

function rowJson({ entry, health, reason, ready, readings }: Row): object {
  const { target, output, role } = entry;
  const [url, tools] = role === "server" ? [output?.url, output?.tools?.length] : [];
  const unset = new Missing(role === "server" ? "the stack's outputs do not have it" : "a service has none");
  const unknown = health instanceof Missing ? health : unset;
  const all = { health, ...pick(readings), tools: tools ?? unknown, url: url ?? unknown };
  const missing = Object.entries(all).flatMap(([name, value]) =>
    value instanceof Missing ? [[name, value.reason]] : [],
  );
  const values = Object.entries(all).map(([name, value]) => [name, value instanceof Missing ? null : rounded(value)]);
  return {
    target,
    ...Object.fromEntries(values),
    ...(reason !== undefined && { reason }),
    ...(ready && { readyReplicas: ready.count, replicas: ready.wanted }),
    missing: Object.fromEntries(missing),
  };
}

const pick = (readings: Readings) => Object.fromEntries(READINGS.map((name) => [name, readings[name]]));

const rounded = (value: unknown): unknown => (typeof value === "number" ? Number(value.toFixed(3)) : value);

/** Whether everything that is to run is healthy. What clients start for themselves is not asked. */
export const isWell = (rows: Row[]): boolean =>
  rows.every(
    ({ entry, health }) => health === Health.Healthy || (health instanceof Missing && entry.place?.kind === "client"),
  );
