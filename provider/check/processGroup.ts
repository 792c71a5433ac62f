import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { procStat } from "./procStat";

/** Sends a signal to a process or, with `group`, to its whole process group; a process that is gone is no error. */
export function signal(pid: number, name: NodeJS.Signals, group = false): void {
  try {
    process.kill(group ? -pid : pid, name);
  } catch (error) {
    // macOS answers EPERM for a group of which only zombies are left.
    if (!["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** Whether a process group still has members that live. */
export function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch {
    return false;
  }
  return process.platform !== "linux" || livingGroups().has(group);
}

/** In a container whose first process reaps nobody, the dead of a group stay as zombies and keep its number. */
function livingGroups(): Set<number | undefined> {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return new Set(pids.map((pid) => procStat(pid)?.group));
}

/** Kills what is left of a process group and waits until it has let go of its ports, for 2 s at most. */
export async function killGroup(group: number): Promise<void> {
  signal(group, "SIGKILL", true);
  for (const deadline = Date.now() + 2_000; groupExists(group) && Date.now() < deadline; ) await sleep(5);
}
