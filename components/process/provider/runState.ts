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
  supervisor: ProcessIdentity;
  child?: ProcessIdentity;
  /** Restarts since `pulumi up` started the server. */
  restarts: number;
  lastExit?: { how: string; at: string };
  startedAt: string;
}

/** The supervisor's note above the output of each start. */
export const STARTING = "Starting the server.";

export const stateFile = (instance: string): string => path.join(serverFolder(instance), "run.json");
export const logFile = (instance: string): string => path.join(serverFolder(instance), "logs", "server.log");

/** The recorded state of an instance, or undefined when none is recorded or the record is damaged. */
export function readRunState(instance: string): RunState | undefined {
  try {
    return JSON.parse(readFileSync(stateFile(instance), "utf8")) as RunState;
  } catch {
    return undefined;
  }
}
