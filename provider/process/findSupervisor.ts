import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { identify, type ProcessIdentity } from "./identity";

/**
 * Finds the supervisor that writes this state file by its command line, for when the file is missing or damaged: an
 * `up` that was killed before the supervisor had reported, a full disk, a file that somebody removed.
 */
export function findSupervisor(stateFile: string): ProcessIdentity | undefined {
  const isOurs = ({ pid, args }: Running) =>
    pid !== process.pid && args.at(-1) === stateFile && /supervisor\.[jt]s$/.test(args.at(-2) ?? "");
  const found = (process.platform === "linux" ? fromProc() : fromPs(stateFile)).find(isOurs);
  const identity = found && identify(found.pid);
  return identity?.started ? identity : undefined;
}

interface Running {
  pid: number;
  args: string[];
}

function fromProc(): Running[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), args: readOrNothing(`/proc/${name}/cmdline`).split("\0").slice(0, -1) }));
}

function fromPs(stateFile: string): Running[] {
  const lines = execFileSync("ps", ["-axww", "-o", "pid=,command="], { encoding: "utf8" }).split("\n");
  // `ps` joins the arguments with spaces, which the file's path may hold itself.
  return lines
    .filter((line) => line.endsWith(` ${stateFile}`))
    .map((line) =>
      line
        .slice(0, -stateFile.length - 1)
        .trim()
        .split(/\s+/),
    )
    .map(([pid, ...args]) => ({ pid: Number(pid), args: [...args, stateFile] }));
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
