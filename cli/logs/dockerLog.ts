import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { ContainerPlace } from "../deployed/entries";
import { mendCommands } from "../invocation";
import { type Frame, FrameReader } from "./frames";
import { type Line, type LogSource, lastOf, Position, timeKey } from "./lines";

/** Between two looks whether a container runs again, in milliseconds. */
const LOOK_MS = 1_000;
const NEWLINE = 10;

/** The log of a container, as its engine keeps it. It is found by its name, also after it was replaced. */
export function dockerLog(server: string, { container: name }: ContainerPlace, engine: Docker): LogSource {
  const container = engine.getContainer(name);
  const position = new Position();
  const toLine = ({ time, text }: { time: string; text: string }): Line => ({ server, label: server, time, text });
  const all = { stdout: true, stderr: true, timestamps: true };

  async function stream(emit: (line: Line) => void, signal: AbortSignal): Promise<void> {
    position.again();
    const since = position.time && epoch(position.time);
    const log = await container.logs({ ...all, follow: true, ...(since && { since }), abortSignal: signal });
    const lines = new ContainerLines();
    log.on("data", (chunk: Buffer) => {
      for (const line of lines.push(chunk)) if (position.isNew(line.time)) emit(toLine(line));
    });
    await new Promise<void>((resolve) =>
      log
        .on("end", resolve)
        .on("close", resolve)
        .on("error", () => resolve()),
    );
  }

  return {
    server,
    async past(wanted) {
      // One line at least, to know from where to follow.
      const tail = wanted.lines === undefined ? {} : { tail: Math.max(1, wanted.lines) };
      const since = wanted.since && { since: epoch(timeKey(wanted.since) ?? "") };
      const log = await container.logs({ ...all, ...tail, ...since }).catch((error: { statusCode?: number }) => {
        if (error.statusCode !== 404) throw error;
        throw new Error(`There is no container ${name} any more.\n  fix: ${mendCommands()}`);
      });
      const lines = new ContainerLines().push(log).filter(({ time }) => position.isNew(time));
      return lastOf(lines.map(toLine), wanted);
    },
    async follow(emit, signal) {
      const runs = () =>
        container.inspect().then(
          ({ State }) => State.Running,
          () => false,
        );
      while (!signal.aborted) {
        if (await runs()) await stream(emit, signal).catch(() => {});
        await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
      }
    },
  };
}

/** A time as the engine takes it: seconds since 1970, and the rest behind a point. */
const epoch = (time: string): string => `${Math.floor(new Date(time).getTime() / 1_000)}.${time.slice(20, 29)}`;

/** Lines with their times, out of what the engine sends. It cuts long lines, and gives each part a time of its own. */
export class ContainerLines {
  private readonly frames = new FrameReader();
  private readonly open = new Map<Frame["stream"], { time: string; parts: Buffer[] }>();

  push(chunk: Buffer): { time: string; text: string }[] {
    return this.frames.push(chunk).flatMap(({ stream, payload }) => {
      const space = payload.indexOf(" ");
      const rest = payload.subarray(space + 1);
      const begun = this.open.get(stream) ?? { time: payload.toString("utf8", 0, space), parts: [] };
      begun.parts.push(rest);
      if (rest.at(-1) !== NEWLINE) {
        this.open.set(stream, begun);
        return [];
      }
      this.open.delete(stream);
      const text = Buffer.concat(begun.parts)
        .toString("utf8")
        .replace(/\r?\n$/, "");
      return [{ time: timeKey(begun.time) ?? "", text }];
    });
  }
}
