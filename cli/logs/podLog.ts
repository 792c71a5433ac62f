import { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { clusterError } from "../../provider/kubernetes/clusterError";
import type { WorkloadPlace } from "../deployed/entries";
import { containerOf, containerStatus, nameOf, type PodReader } from "../deployed/pods";
import { mendCommands } from "../invocation";
import { type Line, LineSplitter, type LogSource, lastOf, Position, timedLine, type Wanted } from "./lines";

/** Between two looks for new pods, in milliseconds. */
const LOOK_MS = 1_000;

/** The logs of all pods of a workload, those that come later included. */
export function podLog(server: string, place: WorkloadPlace, reader: PodReader): LogSource {
  const { namespace, object, workload: kind } = place;
  /** How far the log of each pod has been read, by its uid. */
  const positions = new Map<string, Position>();
  const positionOf = (uid: string): Position => {
    const position = positions.get(uid) ?? new Position();
    positions.set(uid, position);
    return position;
  };

  async function pods(): Promise<V1Pod[]> {
    const workload = await reader.workload(place);
    if (workload) return reader.pods(workload);
    throw new Error(`There is no ${kind} ${object} in namespace ${namespace} any more.\n  fix: ${mendCommands()}`);
  }
  const toLine =
    (pod: V1Pod, isAlone: boolean) =>
    (line: { time: string; text: string }): Line => ({
      server,
      pod: nameOf(pod),
      label: isAlone ? server : nameOf(pod),
      ...line,
    });

  async function pastOf(pod: V1Pod, wanted: Wanted): Promise<{ time: string; text: string }[]> {
    const { lines, since } = wanted;
    const request = {
      name: nameOf(pod),
      namespace,
      container: containerOf(pod)?.name ?? "",
      timestamps: true,
      // One line at least, to know from where to follow.
      ...(lines !== undefined && { tailLines: Math.max(1, lines) }),
      ...(since && { sinceSeconds: Math.max(1, Math.ceil((Date.now() - since.getTime()) / 1_000)) }),
    };
    // A container that has not started has no log, and one that was removed has none any more.
    const read = (previous: boolean) => reader.core.readNamespacedPodLog({ ...request, previous }).catch(ifNone(""));
    const current = await read(false);
    // While a container is started again it has no log, and the one before is not counted yet.
    const hasEnded = containerStatus(pod)?.restartCount || current === "";
    const before = hasEnded ? await read(true) : "";
    const position = positionOf(pod.metadata?.uid ?? "");
    return `${before}${current}`.split("\n").flatMap((text) => {
      const line = timedLine(text);
      return line && position.isNew(line.time) ? [line] : [];
    });
  }

  /** Follows the log of a pod's container until that ends. */
  async function stream(
    pod: V1Pod,
    emit: (line: { time: string; text: string }) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const position = positionOf(pod.metadata?.uid ?? "");
    position.again();
    const splitter = new LineSplitter();
    const sink = new Writable({
      write(piece: Buffer, _encoding, done) {
        for (const text of splitter.push(piece)) {
          const line = timedLine(text);
          if (line && position.isNew(line.time)) emit(line);
        }
        done();
      },
    });
    const ended = new Promise<void>((resolve) => {
      sink.on("finish", resolve);
      // The client leaves the errors of its own stream to nobody: unheard, the end of a connection would end the process.
      sink.on("pipe", (source) => source.on("error", () => resolve()));
    });
    const options = { follow: true, timestamps: true, ...(position.time && { sinceTime: position.time }) };
    const request = await reader.log.log(namespace, nameOf(pod), containerOf(pod)?.name ?? "", sink, options);
    const stop = () => request.abort();
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    await ended;
    signal.removeEventListener("abort", stop);
  }

  return {
    server,
    async past(wanted) {
      const all = await pods().catch((error: unknown) => {
        throw clusterError(error);
      });
      const lines = await Promise.all(
        all.map(async (pod) => (await pastOf(pod, wanted)).map(toLine(pod, all.length === 1))),
      );
      return lines.flatMap((one) => lastOf(one, wanted));
    },
    async follow(emit, signal) {
      const followed = new Map<string, Promise<void>>();
      /** Containers that have ended and were read to their end. */
      const done = new Set<string>();
      while (!signal.aborted) {
        const all = await pods().catch((): V1Pod[] => []);
        for (const pod of all) {
          const { uid = "" } = pod.metadata ?? {};
          const { containerID = "", state } = containerStatus(pod) ?? {};
          if (containerID === "" || followed.has(uid) || (!state?.running && done.has(containerID))) continue;
          const line = toLine(pod, all.length === 1);
          const followsOne = stream(pod, (one) => emit(line(one)), signal)
            .catch(() => {})
            .finally(() => {
              followed.delete(uid);
              if (!state?.running) done.add(containerID);
            });
          followed.set(uid, followsOne);
        }
        await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
      }
      await Promise.all(followed.values());
    },
  };
}

/** Takes the answers "there is none yet" and "there is none any more" for nothing. */
const ifNone =
  <T>(nothing: T) =>
  (error: unknown): T => {
    const { code } = error as { code?: unknown };
    if (code === 400 || code === 404) return nothing;
    throw clusterError(error);
  };
