import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * When a process started, as a token that two processes with the same pid never share. Process ids are used again, so
 * nothing is ever signalled by its pid alone. Undefined when there is no such process (a zombie counts as gone).
 */
export function startToken(pid: number): string | undefined {
  return process.platform === "linux" ? linuxStartToken(pid) : portableStartToken(pid);
}

function linuxStartToken(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name may hold spaces and parentheses: fields count from behind the last ")".
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

function portableStartToken(pid: number): string | undefined {
  try {
    const [state, ...started] = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" })
      .trim()
      .split(/\s+/);
    return state && !state.startsWith("Z") ? started.join(" ") : undefined;
  } catch {
    return undefined;
  }
}

/** A process as it is remembered in a file. */
export interface ProcessIdentity {
  pid: number;
  started: string;
}

/** Whether the remembered process still runs. */
export function isAlive(identity: ProcessIdentity | undefined): identity is ProcessIdentity {
  return identity !== undefined && startToken(identity.pid) === identity.started;
}

/** Sends a signal to a process or, with `group`, to its whole process group; a process that is gone is no error. */
export function signal(pid: number, name: NodeJS.Signals, group = false): void {
  try {
    process.kill(group ? -pid : pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
