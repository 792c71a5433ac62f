import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

const ending = new AbortController();

/** Aborted when the user interrupts the engine, or when the engine is gone: whatever waits gives up, whatever runs ends. */
export const cancelled = ending.signal;

/** How long an operation may take to tidy up, in milliseconds. */
const TIDY_UP_MS = 5_000;

/** What watches over the process groups that end with the operation that began them. */
const guards = new Set<ChildProcess>();

/** Ends what the provider has begun. Only that: servers that run already stay. */
export function cancel(): void {
  ending.abort(new Error("It was interrupted. The next run goes on from here."));
  for (const guard of guards) guard.stdin?.end();
}

/** Waits, unless that is cancelled. */
export const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal: cancelled });

/** The result of a piece of work. Once cancelled it gets some time to tidy up, and is then left alone. */
export async function unlessCancelled<T>(work: Promise<T>): Promise<T> {
  const settled = new AbortController();
  const overdue = new Promise<never>((_, reject) => {
    const giveUp = () => setTimeout(() => reject(cancelled.reason), TIDY_UP_MS).unref();
    if (cancelled.aborted) giveUp();
    else cancelled.addEventListener("abort", giveUp, { once: true, signal: settled.signal });
  });
  try {
    return await Promise.race([work, overdue]);
  } finally {
    settled.abort();
    overdue.catch(() => {});
  }
}

/** Waits for the end of what it reads, then kills the process group. */
const GUARD = 'read -r _; kill -s KILL -- "-$0"';

/**
 * Has a process group end when the provider is cancelled, or ends in whatever way: a language host kills a provider that it
 * started without a warning. What such a group has made so far lies in folders that nothing points to.
 * @returns what calls that off
 */
export function endWithUs(group: number): () => void {
  const guard = spawn("/bin/sh", ["-c", GUARD, String(group)], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  guard.on("error", () => {}).stdin?.on("error", () => {});
  guards.add(guard);
  if (cancelled.aborted) guard.stdin?.end();
  return () => {
    guards.delete(guard);
    guard.kill("SIGKILL");
  };
}
