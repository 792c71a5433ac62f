import { readdirSync, readFileSync } from "node:fs";
import { procStat } from "./procStat";

/** What a process group uses. */
export interface Usage {
  residentBytes: number;
  /** CPU time of its living members since each started. */
  cpuSeconds: number;
}

/** Clock ticks a second in /proc: the same on every architecture that Node runs on. Source: USER_HZ of Linux. */
const TICKS = 100;

/** What the living members of a process group use; undefined when there are none, or where there is no /proc. */
export function groupUsage(group: number): Usage | undefined {
  let usage: Usage | undefined;
  for (const pid of processIds()) {
    const stat = procStat(pid);
    if (stat?.group !== group) continue;
    usage ??= { residentBytes: 0, cpuSeconds: 0 };
    usage.residentBytes += residentBytes(pid);
    usage.cpuSeconds += stat.cpuTicks / TICKS;
  }
  return usage;
}

function processIds(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** In `status` memory stands in kB; `stat` has it in pages, whose size differs from machine to machine. */
function residentBytes(pid: string): number {
  try {
    const [, kilobytes = "0"] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return 0; // It ended just now.
  }
}
