import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { procStat } from "../check/procStat";

/** A process as it is remembered in a file. */
export interface ProcessIdentity {
  pid: number;
  started: string;
}

/**
 * When a process started, as a token that two processes with the same pid never share. Process ids are used again, so
 * nothing is ever signalled by its pid alone. Undefined when there is no such process (a zombie counts as gone).
 */
export function startToken(pid: number): string | undefined {
  return process.platform === "linux" ? linuxStartToken(pid) : portableStartToken(pid);
}

function linuxStartToken(pid: number): string | undefined {
  const stat = procStat(pid);
  return stat && `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${stat.startTicks}`;
}

function portableStartToken(pid: number): string | undefined {
  try {
    const [state, ...started] = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    })
      .trim()
      .split(/\s+/);
    return state && !state.startsWith("Z") ? started.join(" ") : undefined;
  } catch {
    return undefined;
  }
}

/** A running process as it is to be remembered; a process that is gone gets an identity that never matches. */
export const identify = (pid: number): ProcessIdentity => ({ pid, started: startToken(pid) ?? "" });

/** Whether the remembered process still runs. */
export function isAlive(identity: ProcessIdentity | undefined): identity is ProcessIdentity {
  return identity !== undefined && startToken(identity.pid) === identity.started;
}
