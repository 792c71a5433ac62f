import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastLines } from "../check/logs";
import { isAlive } from "./identity";
import { linesOfLastStart } from "./notes";
import { makeFolder, serverFolder } from "./paths";
import { logFile, type RunState, readRunState, type SupervisorOrder, stateFile } from "./runState";
import { STOP_GRACE_MS, stopServer } from "./stop";

/** The guidelines' json-file logging: at most 10 MB a file, 3 files. */
const LOG_LIMITS = { logSize: "10M", logFiles: 3 } as const;
/** How long a supervisor may take to come up, on a machine that is busy. */
const REPORT_MS = 30_000;

/** What is started, and the generation under which it runs. */
export type Start = Pick<SupervisorOrder, "command" | "args" | "cwd" | "env" | "port" | "redact"> & {
  /** Defaults to a new one. */
  generation?: string;
};

/** Starts a supervised server in the background and returns once its supervisor has reported. */
export async function startSupervisor(instance: string, server: Start): Promise<RunState> {
  const logs = await makeFolder(path.dirname(logFile(instance)));
  const order: SupervisorOrder = {
    ...server,
    ...LOG_LIMITS,
    generation: server.generation ?? randomBytes(6).toString("hex"),
    stateFile: stateFile(instance),
    logFile: logFile(instance),
    stopGraceMs: STOP_GRACE_MS,
  };
  rmSync(order.stateFile, { force: true });
  const errors = path.join(logs, "supervisor.log");
  const supervisor = launch(order, serverFolder(instance), errors);
  try {
    const state = await reported(instance, order.generation, supervisor);
    supervisor.unref();
    return state;
  } catch (error) {
    supervisor.kill("SIGKILL");
    await stopServer(instance);
    const output = readFileSync(errors, "utf8").trim();
    throw new Error(`${(error as Error).message}${output && `\n${output}`}`);
  }
}

function launch(order: SupervisorOrder, cwd: string, errors: string): ChildProcess {
  const stderr = openSync(errors, "w", 0o600);
  try {
    const supervisor = spawn(
      process.execPath,
      // A supervisor only copies lines: a small heap keeps its footprint small. The state file tells it from others.
      ["--max-old-space-size=32", "--max-semi-space-size=1", require.resolve("./supervisor"), order.stateFile],
      // The supervisor needs nothing of our environment, which holds the passphrase and cloud credentials.
      { cwd, detached: true, stdio: ["pipe", "ignore", stderr], env: {} },
    );
    supervisor.stdin?.on("error", () => {}); // It died before it read its order; noticed by its exit.
    supervisor.stdin?.end(JSON.stringify(order));
    return supervisor;
  } finally {
    closeSync(stderr);
  }
}

async function reported(instance: string, generation: string, supervisor: ChildProcess): Promise<RunState> {
  let failure: Error | undefined;
  supervisor.on("error", (error) => {
    failure = error;
  });
  supervisor.on("exit", (code, name) => {
    failure = new Error(`The supervisor ended at once (${name ?? `exit code ${code}`}).`);
  });
  for (const deadline = Date.now() + REPORT_MS; Date.now() < deadline; await sleep(5)) {
    const state = readRunState(instance);
    if (state?.generation === generation) return state;
    if (failure) throw failure;
  }
  throw new Error(`The supervisor did not report within ${REPORT_MS / 1_000} s.`);
}

/**
 * Whether the instance's supervisor and server both run.
 * @param generation the start that is meant; an interrupted `up` may have left another version running
 */
export function isRunning(instance: string, generation?: string): boolean {
  const state = readRunState(instance);
  if (state === undefined || (generation !== undefined && state.generation !== generation)) return false;
  return isAlive(state.supervisor) && isAlive(state.child);
}

/** The last lines that the server wrote since it was last started, without the supervisor's own. */
export async function lastLogLines(instance: string): Promise<string[]> {
  return linesOfLastStart(await lastLines(logFile(instance), Number.POSITIVE_INFINITY)).slice(-20);
}
