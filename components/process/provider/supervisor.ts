/**
 * The supervisor of one HTTP server: a small detached process that outlives `pulumi up` and the terminal. It keeps the
 * server running with back-off, writes its output to rotated log files, and ends the server's whole process group when
 * it is told to stop. It reads its order from stdin, so that environment and secrets stand in no argument and no file.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createStream } from "rotating-file-stream";
import { signal, startToken } from "./identity";
import { LineWriter } from "./lines";
import { type RunState, STARTING, type SupervisorOrder } from "./runState";

/** Longest wait before a restart, in milliseconds. */
const MAX_BACKOFF_MS = 30_000;
/** A server that ran this long is considered recovered: the next crash starts from the shortest wait again. */
const RECOVERED_MS = 60_000;

export function supervise(order: SupervisorOrder): void {
  const log = new LineWriter(
    createStream(order.logFile, { size: order.logSize, rotate: order.logFiles - 1, mode: 0o600 }),
    order.redact,
  );
  const note = (level: string, message: string) =>
    log.line(JSON.stringify({ timestamp: new Date().toISOString(), level, logger: "supervisor", message }));
  const state: RunState = {
    generation: order.generation,
    port: order.port,
    supervisor: { pid: process.pid, started: startToken(process.pid) ?? "" },
    restarts: 0,
    startedAt: new Date().toISOString(),
  };
  const save = () => {
    writeFileSync(`${order.stateFile}.new`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${order.stateFile}.new`, order.stateFile);
  };

  let child: ChildProcess | undefined;
  let stopping = false;
  let backoff = 1_000;
  let restart: NodeJS.Timeout | undefined;

  const start = () => {
    const startedMs = Date.now();
    note("info", STARTING);
    const server = spawn(order.command, order.args, {
      cwd: order.cwd,
      env: order.env,
      stdio: ["ignore", "pipe", "pipe"],
      // Its own process group, so that what the server starts ends with it.
      detached: true,
    });
    child = server;
    if (server.pid) state.child = { pid: server.pid, started: startToken(server.pid) ?? "" };
    state.startedAt = new Date().toISOString();
    save();
    server.stdout.on("data", (chunk: Buffer) => log.write("out", chunk));
    server.stderr.on("data", (chunk: Buffer) => log.write("err", chunk));
    let ended = false;
    const onEnd = (how: string) => {
      if (ended) return;
      ended = true;
      log.flush();
      // What the server left behind would hold its port and orphan itself.
      if (server.pid) signal(server.pid, "SIGKILL", true);
      delete state.child;
      state.lastExit = { how, at: new Date().toISOString() };
      if (stopping) return;
      if (Date.now() - startedMs > RECOVERED_MS) backoff = 1_000;
      state.restarts += 1;
      save();
      note("error", `The server ended (${how}). It starts again in ${backoff / 1_000} s.`);
      restart = setTimeout(start, backoff);
      backoff = Math.min(backoff * 2, MAX_BACKOFF_MS);
    };
    server.on("error", (error) => onEnd(error.message));
    // "exit" may come before the last output has been read, "close" may wait for a grandchild that holds the pipes.
    server.on("exit", (code, name) => setTimeout(() => onEnd(name ? `signal ${name}` : `exit code ${code}`), 50));
  };

  const stop = async () => {
    if (stopping) return;
    stopping = true;
    clearTimeout(restart);
    const pid = child?.pid;
    if (pid && child?.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit");
      signal(pid, "SIGTERM", true);
      await Promise.race([exited, sleep(order.stopGraceMs)]);
      signal(pid, "SIGKILL", true);
      // Its last output is still on the way.
      await sleep(50);
    }
    note("info", "Stopped.");
    await log.end();
    rmSync(order.stateFile, { force: true });
    process.exit(0);
  };

  for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => void stop());
  // The terminal that ran `pulumi up` may close.
  process.on("SIGHUP", () => {});
  start();
}

if (require.main === module) {
  let text = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (chunk) => {
    text += chunk;
  });
  process.stdin.on("end", () => supervise(JSON.parse(text) as SupervisorOrder));
}
