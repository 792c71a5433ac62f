import { readFileSync } from "node:fs";
import path from "node:path";
import type { ProcessIdentity } from "./identity";
import { serverFolder } from "./paths";

/** What the supervisor is told to run. It travels over the supervisor's stdin only: `env` holds secrets. */
export interface SupervisorOrder {
  generation: string;
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  port: number;
  /** Secret values that never reach the log file. */
  redact: string[];
  stateFile: string;
  logFile: string;
  /** Size at which a log file is rotated, such as "10M". */
  logSize: string;
  /** How many log files are kept, the current one included. */
  logFiles: number;
  /** Milliseconds between SIGTERM and SIGKILL. */
  stopGraceMs: number;
}

/** What the supervisor records of the server it runs; nothing secret. */
export interface RunState {
  /** Changes with every start by `pulumi up`, not with restarts after a crash. */
  generation: string;
  port: number;
  /** Folder that the server runs in: its release, which must stay while it runs. */
  cwd: string;
  supervisor: ProcessIdentity;
  /** The server, which leads its process group; absent between a crash and the next start. */
  child?: ProcessIdentity;
  /** Restarts since `pulumi up` started the server. */
  restarts: number;
  lastExit?: { how: string; at: string };
  startedAt: string;
}

export const stateFile = (instance: string): string => path.join(serverFolder(instance), "run.json");
export const logFile = (instance: string): string => path.join(serverFolder(instance), "logs", "server.log");

/** The recorded state of an instance, or undefined when none is recorded or the record is damaged. */
export function readRunState(instance: string): RunState | undefined {
  try {
    const state = JSON.parse(readFileSync(stateFile(instance), "utf8")) as Partial<RunState> | null;
    if (!isIdentity(state?.supervisor) || typeof state.generation !== "string") return undefined;
    const { child, ...rest } = state;
    return (isIdentity(child) ? { ...rest, child } : rest) as RunState;
  } catch {
    return undefined;
  }
}

/** Nothing that a damaged file says may become the target of a signal: pids 0, 1 and below mean whole systems. */
function isIdentity(identity: ProcessIdentity | undefined): identity is ProcessIdentity {
  return Number.isInteger(identity?.pid) && Number(identity?.pid) > 1 && typeof identity?.started === "string";
}
