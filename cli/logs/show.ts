import type { DeployedStack } from "../deployed/stack";
import type { Line, LogSource, Wanted } from "./lines";
import { chosen, clientLogs, openLogs } from "./sources";

/** What is asked for. */
export interface LogRequest {
  /** Names of servers and services; all when there are none. */
  names: string[];
  wanted: Wanted;
  follow: boolean;
}

/** Where lines go, and until when. */
export interface LogSink {
  line(line: Line): void;
  /** What people want to know beside the lines. */
  note(text: string): void;
  /** Names that will stand before lines. */
  labels(labels: string[]): void;
  signal: AbortSignal;
}

/**
 * Shows logs of a stack: the lines that there are in the order of their times and, on request, those that come.
 * @returns whether every log that was asked for could be read
 */
export async function showLogs(
  stack: DeployedStack,
  { names, wanted, follow }: LogRequest,
  sink: LogSink,
): Promise<boolean> {
  const entries = chosen(stack, names);
  for (const { name, place } of entries) if (place?.kind === "client") sink.note(clientLogs(name));
  const sources = await openLogs(stack, entries);
  try {
    const past = await Promise.allSettled(sources.map((source) => source.past(wanted)));
    const failed = past.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
    const lines = past.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
    sink.labels([...sources.map(({ server }) => server), ...lines.map(({ label }) => label)]);
    for (const line of lines.sort(byTime)) sink.line(line);
    for (const { message } of failed) sink.note(message);
    if (!follow) noteSilence(sources, lines, past, sink);
    else await Promise.all(sources.map((source) => source.follow(sink.line, sink.signal)));
    return failed.length === 0 && sources.length > 0;
  } finally {
    await Promise.all(sources.map((source) => source.close?.()));
  }
}

const byTime = (one: Line, other: Line): number => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0);

/** Nothing to show is an answer, too. */
function noteSilence(
  sources: LogSource[],
  lines: Line[],
  past: PromiseSettledResult<Line[]>[],
  { note }: LogSink,
): void {
  sources.forEach(({ server }, index) => {
    const isRead = past[index]?.status === "fulfilled";
    if (isRead && !lines.some((line) => line.server === server)) note(`${server} wrote nothing that was asked for.`);
  });
}
