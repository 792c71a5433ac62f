/**
 * The supervisor of one HTTP server: a small detached process that outlives `pulumi up` and the terminal. It keeps the
 * server running with back-off, writes its output to rotated log files, and ends the server's whole process group when
 * it is told to stop. It reads its order from stdin, so that environment and secrets stand in no argument and no file.
 */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { secretMask } from "../check/logs";
import { Backoff } from "./backoff";
import { identify } from "./identity";
import { noteLine, STARTING } from "./notes";
import { RotatedLog } from "./rotatedLog";
import type { RunState, SupervisorOrder } from "./runState";
import { runServer, type ServerRun } from "./serverRun";

async function supervise(order: SupervisorOrder): Promise<void> {
  const log = new RotatedLog(order.logFile, order.logSize, order.logFiles);
  const mask = secretMask(order.redact);
  const note = (level: "info" | "error", message: string) => log.write(noteLine(level, mask(message)));
  const state: RunState = {
    generation: order.generation,
    port: order.port,
    cwd: order.cwd,
    supervisor: identify(process.pid),
    restarts: 0,
    startedAt: new Date().toISOString(),
  };
  const save = () => {
    try {
      writeFileSync(`${order.stateFile}.new`, JSON.stringify(state), { mode: 0o600 });
      renameSync(`${order.stateFile}.new`, order.stateFile);
    } catch (error) {
      // The server matters more than the record of it. `pulumi up` finds a supervisor without a record by its command line.
      note("error", `The run state can't be written: ${(error as Error).message}`);
    }
  };

  let run: ServerRun | undefined;
  const stopping = new AbortController();
  const stop = () => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    void run?.stop(order.stopGraceMs);
  };
  for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, stop);
  // The terminal that ran `pulumi up` may close.
  process.on("SIGHUP", () => {});
  // Whatever goes wrong here, the server must not be left alone.
  process.on("uncaughtException", (error) => {
    note("error", `The supervisor failed: ${error.message}`);
    stop();
  });

  const backoff = new Backoff();
  while (!stopping.signal.aborted) {
    const startedMs = Date.now();
    note("info", STARTING);
    run = runServer(order, log);
    state.child = run.identity;
    state.startedAt = new Date(startedMs).toISOString();
    save();
    const how = await run.ended;
    run = undefined;
    if (stopping.signal.aborted) break;
    const wait = backoff.next(Date.now() - startedMs);
    delete state.child;
    state.lastExit = { how, at: new Date().toISOString() };
    state.restarts += 1;
    note("error", `The server ended (${how}). It starts again in ${wait / 1_000} s.`);
    save();
    await sleep(wait, undefined, { signal: stopping.signal }).catch(() => {});
  }
  note("info", "Stopped.");
  await new Promise<void>((resolve) => log.end(resolve));
  rmSync(order.stateFile, { force: true });
}

// Not when it is only loaded, as a bundler or a check of the package does.
if (require.main === module) {
  let text = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (chunk) => {
    text += chunk;
  });
  process.stdin.on("end", () => {
    let order: SupervisorOrder;
    try {
      order = JSON.parse(text) as SupervisorOrder;
    } catch {
      // Whoever gave the order was interrupted. The error would quote the text, which holds secrets.
      process.exit(2);
    }
    void supervise(order).finally(() => process.exit());
  });
}
