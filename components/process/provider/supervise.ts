import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastLines } from "../../check/logs";
import { isAlive, signal } from "./identity";
import { makeFolder, serverFolder } from "./paths";
import { logFile, type RunState, readRunState, STARTING, type SupervisorOrder, stateFile } from "./runState";

/** The guidelines' json-file logging: at most 10 MB a file, 3 files. */
const LOG_LIMITS = { logSize: "10M", logFiles: 3 } as const;
const STOP_GRACE_MS = 10_000;
/** How long the supervisor itself may take beyond the server's grace. */
const SUPERVISOR_MARGIN_MS = 5_000;

/** Starts a supervised server in the background and returns once its supervisor has reported. */
export async function startSupervisor(
  instance: string,
  server: Pick<SupervisorOrder, "command" | "args" | "cwd" | "env" | "port" | "redact">,
): Promise<RunState> {
  await makeFolder(path.dirname(logFile(instance)));
  const order: SupervisorOrder = {
    ...server,
    ...LOG_LIMITS,
    generation: randomBytes(6).toString("hex"),
    stateFile: stateFile(instance),
    logFile: logFile(instance),
    stopGraceMs: STOP_GRACE_MS,
  };
  rmSync(order.stateFile, { force: true });
  const supervisor = spawn(
    process.execPath,
    // A supervisor only copies lines: a small heap keeps its footprint small.
    ["--max-old-space-size=32", "--max-semi-space-size=1", require.resolve("./supervisor"), instance],
    // The supervisor needs nothing of our environment, which holds the passphrase and cloud credentials.
    { cwd: serverFolder(instance), detached: true, stdio: ["pipe", "ignore", "ignore"], env: {} },
  );
  supervisor.stdin.on("error", () => {}); // It died before it read its order; noticed below.
  supervisor.stdin.end(JSON.stringify(order));
  const exited = new Promise<never>((_, reject) => {
    supervisor.on("error", reject);
    supervisor.on("exit", (code) => reject(new Error(`The supervisor ended at once (exit code ${code}).`)));
  });
  exited.catch(() => {}); // It may end long after this function has returned.
  const state = await Promise.race([reported(instance, order.generation), exited]);
  supervisor.unref();
  return state;
}

async function reported(instance: string, generation: string): Promise<RunState> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const state = readRunState(instance);
    if (state?.generation === generation) return state;
    await sleep(10);
  }
  throw new Error("The supervisor did not report within 10 s.");
}

/** Ends the supervisor, the server and everything the server started. Does nothing when nothing runs. */
export async function stopServer(instance: string): Promise<void> {
  const state = readRunState(instance);
  if (!state) return;
  if (isAlive(state.supervisor)) {
    signal(state.supervisor.pid, "SIGTERM");
    const deadline = Date.now() + STOP_GRACE_MS + SUPERVISOR_MARGIN_MS;
    while (isAlive(state.supervisor) && Date.now() < deadline) await sleep(20);
    if (isAlive(state.supervisor)) signal(state.supervisor.pid, "SIGKILL");
  }
  await endOrphan(readRunState(instance) ?? state);
  rmSync(stateFile(instance), { force: true });
}

/** A killed supervisor leaves its server behind: end its group, if it is still the one that was recorded. */
async function endOrphan({ child }: RunState): Promise<void> {
  if (!isAlive(child)) return;
  signal(child.pid, "SIGTERM", true);
  const deadline = Date.now() + STOP_GRACE_MS;
  while (isAlive(child) && Date.now() < deadline) await sleep(20);
  signal(child.pid, "SIGKILL", true);
}

/** Whether the instance's supervisor and server both run. */
export function isRunning(instance: string): boolean {
  const state = readRunState(instance);
  return state !== undefined && isAlive(state.supervisor) && isAlive(state.child);
}

/** The last lines that the server wrote since it was last started, without the supervisor's own. */
export async function lastLogLines(instance: string): Promise<string[]> {
  const lines = await lastLines(logFile(instance), Number.POSITIVE_INFINITY);
  const start = lines.findLastIndex((line) => line.includes(STARTING));
  return lines.slice(start + 1).filter((line) => !line.includes('"logger":"supervisor"')).slice(-20);
}
