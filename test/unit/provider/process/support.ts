import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeFolder } from "../../../support/folder";

type ProcessModule = typeof import("../../../../provider/process/process");
type RunStateModule = typeof import("../../../../provider/process/runState");
type StopModule = typeof import("../../../../provider/process/stop");

/** The compiled provider: the supervisor that it starts is a script for plain Node. `npm run build` makes it. */
export const DIST = path.resolve(__dirname, "../../../../dist/provider/process");
export const { supervisedProcess } = require(path.join(DIST, "process")) as ProcessModule;
export const { readRunState, stateFile, logFile } = require(path.join(DIST, "runState")) as RunStateModule;
export const { stopServer } = require(path.join(DIST, "stop")) as StopModule;

/** Gives a suite cache and data folders of its own. */
export function useOwnHomes(): void {
  const before = { XDG_CACHE_HOME: process.env.XDG_CACHE_HOME, XDG_DATA_HOME: process.env.XDG_DATA_HOME };
  beforeEach(() => {
    process.env.XDG_CACHE_HOME = makeFolder();
    process.env.XDG_DATA_HOME = makeFolder();
  });
  after(() => {
    for (const [key, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Waits until something holds, and returns it. */
export async function until<T>(
  what: string,
  holds: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (const deadline = Date.now() + 8_000; Date.now() < deadline; await sleep(20)) {
    const value = await holds();
    if (value) return value;
  }
  throw new Error(`waited in vain until ${what}`);
}

/** Pids of the living processes whose command line or environment holds a text; zombies have neither. */
export function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => `${procFile(name, "cmdline")}\n${procFile(name, "environ")}`.includes(text))
    .map(Number);
}

export function procFile(pid: number | string, file: "cmdline" | "environ" | "stat"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

const started: ChildProcess[] = [];

/** Starts a program that ends with the suite at the latest. */
export function launch(command: string, args: string[], env: NodeJS.ProcessEnv = process.env): ChildProcess {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env, detached: true });
  started.push(child);
  return child;
}

export async function endLaunched(): Promise<void> {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}
