import { setTimeout as sleep } from "node:timers/promises";
import { isNote } from "../../provider/process/notes";
import { logFile } from "../../provider/process/runState";
import type { ProcessPlace } from "../deployed/entries";
import { type Line, type LogSource, lastOf, ownTime, timeKey } from "./lines";
import { RotatedTail } from "./rotatedTail";

/** Between two looks for new lines, in milliseconds. */
const LOOK_MS = 200;

/** The log of a process: the files that its supervisor writes and rotates. */
export function processLog(server: string, { instance }: ProcessPlace): LogSource {
  const tail = new RotatedTail(logFile(instance));
  const toLine = (time: string, text: string): Line => ({ server, label: server, time, text });
  return {
    server,
    async past(wanted) {
      const { lines, written } = await tail.read(wanted.since ? undefined : wanted.lines);
      const since = wanted.since && timeKey(wanted.since);
      const timed = withTimes(lines, written).map(({ time, text }) => toLine(time, text));
      return lastOf(since === undefined ? timed : timed.filter(({ time }) => time >= since), wanted);
    },
    async follow(emit, signal) {
      const look = async () => {
        for (const text of await tail.next()) emit(toLine(ownTime(text) ?? now(), text));
      };
      while (!signal.aborted) {
        await look();
        await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
      }
      await look();
    },
    close: () => tail.close(),
  };
}

const now = (): string => timeKey(new Date()) ?? "";

/**
 * Gives each line a time: its own, else that of the line before it, to which it belongs. A server that writes no times
 * has lines of which only the latest time is known: that of the next line that has one, or of the last write.
 */
export function withTimes(texts: string[], written: Date): { time: string; text: string }[] {
  let before: string | undefined;
  const known = texts.map((text) => {
    const time = ownTime(text);
    if (time === undefined) return { time: before, text };
    // What the server writes without a time is no part of the supervisor's note above it.
    before = isNote(text) ? undefined : time;
    return { time, text };
  });
  let next = timeKey(written) ?? "";
  return known
    .reverse()
    .map(({ time = next, text }) => {
      next = time;
      return { time, text };
    })
    .reverse();
}
