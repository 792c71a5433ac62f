import { StringDecoder } from "node:string_decoder";

/** A line of a log. */
export interface Line {
  /** Name of the server or service. */
  server: string;
  /** Name of the pod; in a cluster. */
  pod?: string;
  /** What stands before it: the name of the server or, where several replicas write, that of the pod. */
  label: string;
  /** When it was written, as {@link timeKey} writes it. */
  time: string;
  /** As it was written, without its end. */
  text: string;
}

/** Which lines are wanted of each log. */
export interface Wanted {
  /** The last so many; undefined for all. */
  lines?: number;
  /** None older than this. */
  since?: Date;
}

/** A log that can be read and followed. */
export interface LogSource {
  server: string;
  /** The lines that there are. */
  past(wanted: Wanted): Promise<Line[]>;
  /** Hands on lines as they are written, from where `past` ended, until the signal; through restarts and replacements. */
  follow(emit: (line: Line) => void, signal: AbortSignal): Promise<void>;
  /** Lets go of what is open. */
  close?(): Promise<void>;
}

/** The last lines that are not blank. */
export function lastOf(lines: Line[], { lines: count }: Wanted): Line[] {
  const written = lines.filter(({ text }) => text.trim() !== "");
  return count === undefined ? written : written.slice(Math.max(0, written.length - count));
}

/** A time as text that sorts as times do: UTC, with nanoseconds, as far as they are known. */
export function timeKey(time: string | Date): string | undefined {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return undefined;
  const digits =
    typeof time === "string" ? (/[.,](\d+)/.exec(time)?.[1] ?? "") : String(date.getUTCMilliseconds()).padStart(3, "0");
  return `${date.toISOString().slice(0, 19)}.${digits.slice(0, 9).padEnd(9, "0")}Z`;
}

const STAMP = /^\{.*?"@?(?:timestamp|time|ts)":\s*(?:"([^"]+)"|(\d+(?:\.\d+)?))/;
const LEADING = /^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d))?)/;

/** When a line says that it was written: in a field of JSON, or at its beginning. */
export function ownTime(text: string): string | undefined {
  const [, stamp, number] = STAMP.exec(text) ?? [];
  if (number !== undefined) return timeKey(fromEpoch(Number(number)));
  const found = stamp ?? LEADING.exec(text)?.[1];
  return found === undefined ? undefined : timeKey(found.replace(",", "."));
}

/** Some loggers write seconds, others milliseconds. */
export const fromEpoch = (number: number): Date => new Date(number > 1e11 ? number : number * 1_000);

/** A line of an engine or a cluster that begins with its time. */
export function timedLine(text: string): { time: string; text: string } | undefined {
  const end = text.indexOf(" ");
  const time = timeKey(end === -1 ? text : text.slice(0, end));
  return time === undefined ? undefined : { time, text: end === -1 ? "" : text.slice(end + 1) };
}

/** Whole lines out of pieces. What is left without an end waits for it. */
export class LineSplitter {
  private readonly decoder = new StringDecoder("utf8");
  private rest = "";

  push(piece: Buffer): string[] {
    const lines = (this.rest + this.decoder.write(piece)).split("\n");
    this.rest = lines.pop() ?? "";
    return lines;
  }
}

/**
 * How far a log has been read that is asked for by time. Asked again from the time of the last line on, it gives that
 * line once more, and all others of the same time: those are told apart by their number.
 */
export class Position {
  private last = "";
  private count = 0;
  private repeated = 0;
  private isRepeating = false;

  /** Time of the last line; undefined before the first. */
  get time(): string | undefined {
    return this.last || undefined;
  }

  /** The log is read again from {@link time} on. */
  again(): void {
    this.repeated = 0;
    this.isRepeating = this.last !== "";
  }

  /** Whether a line has not been read before. */
  isNew(time: string): boolean {
    if (this.isRepeating) {
      if (time < this.last) return false;
      if (time === this.last && ++this.repeated <= this.count) return false;
      this.isRepeating = false;
    }
    // stdout and stderr are written side by side: a line may be a moment older than the one before it.
    if (time > this.last) [this.last, this.count] = [time, 0];
    if (time === this.last) this.count++;
    return true;
  }
}
