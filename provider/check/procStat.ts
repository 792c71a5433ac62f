import { readFileSync } from "node:fs";

/** What Linux says of a process. */
export interface ProcStat {
  /** Process group. */
  group: number;
  /** When the process started, in clock ticks since boot. */
  startTicks: string;
  /** CPU time that it has used by itself, in clock ticks. */
  cpuTicks: number;
}

/**
 * The state of a living process; undefined when it is gone. A zombie counts as gone only once all its threads are: as
 * long as one of them lives, so do its ports.
 */
export function procStat(pid: number | string): ProcStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name may hold spaces and parentheses: fields count from behind the last ")".
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state = "", group, startTicks = ""] = [fields[0], fields[2], fields[19]];
    if (["Z", "X"].includes(state) && Number(fields[17]) <= 1) return undefined;
    return { group: Number(group), startTicks, cpuTicks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined;
  }
}
