import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { killGroup, signal } from "../check/processGroup";
import { identify, type ProcessIdentity } from "./identity";
import { MaskedLines } from "./lines";
import type { SupervisorOrder } from "./runState";

/** How long the last output of an ended server is waited for: a daemon that it left behind may hold its pipes. */
const LAST_OUTPUT_MS = 1_000;

/** One start of a server, until it ends. */
export interface ServerRun {
  /** Undefined when the command could not be started. */
  identity: ProcessIdentity | undefined;
  /** How the server ended, once its whole process group is gone and its last output is in the log. Never rejects. */
  ended: Promise<string>;
  /** Asks the process group to end, and after the grace makes it end. */
  stop(graceMs: number): Promise<void>;
}

/** Starts a server in a process group of its own, its output going to the log with secrets masked. */
export function runServer(order: SupervisorOrder, log: Writable): ServerRun {
  let child: ChildProcess;
  try {
    child = spawn(order.command, order.args, {
      cwd: order.cwd,
      env: order.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
  } catch (error) {
    // Most failures come as an event, an environment that is too large comes here.
    return { identity: undefined, ended: Promise.resolve((error as Error).message), stop: async () => {} };
  }
  const { pid } = child;
  let isOver = false;
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, name) => resolve(name ? `signal ${name}` : `exit code ${code}`));
  });
  exited.then(() => {
    isOver = true;
  });
  const drained = copyOutput(child, order.redact, log);
  return {
    identity: pid === undefined ? undefined : identify(pid),
    ended: exited.then(async (how) => {
      // What the server left behind would hold its port and become an orphan.
      if (pid !== undefined) await killGroup(pid);
      await drained();
      return how;
    }),
    async stop(graceMs) {
      if (pid === undefined || isOver) return;
      signal(pid, "SIGTERM", true);
      await Promise.race([exited, sleep(graceMs, undefined, { ref: false })]);
      if (!isOver) signal(pid, "SIGKILL", true);
    },
  };
}

/** Copies the output to the log, at the log's speed. The function returned waits for the rest of it. */
function copyOutput(child: ChildProcess, secrets: string[], log: Writable): () => Promise<void> {
  const sources = [child.stdout, child.stderr].filter((source) => source !== null && source !== undefined);
  const copies = sources.map((source) => {
    const lines = source.pipe(new MaskedLines(secrets));
    lines.pipe(log, { end: false });
    return { source, lines, ended: once(lines, "end") };
  });
  const all = Promise.allSettled(copies.map(({ ended }) => ended));
  return async () => {
    await Promise.race([all, sleep(LAST_OUTPUT_MS, undefined, { ref: false })]);
    for (const { source, lines } of copies) {
      source.destroy();
      lines.end();
    }
    await all;
  };
}
