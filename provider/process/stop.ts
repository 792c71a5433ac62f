import { rmSync } from "node:fs";
import { uptime } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { groupExists, killGroup, signal } from "../check/processGroup";
import { findSupervisor } from "./findSupervisor";
import { isAlive, type ProcessIdentity, startToken } from "./identity";
import { type RunState, readRunState, stateFile } from "./runState";

/** How long a server may take to end by itself. */
export const STOP_GRACE_MS = 10_000;
/** How long the supervisor itself may take beyond the server's grace. */
const SUPERVISOR_MARGIN_MS = 5_000;

/** Ends the supervisor, the server and everything the server started. Does nothing when nothing runs. */
export async function stopServer(instance: string): Promise<void> {
  const file = stateFile(instance);
  const before = readRunState(instance);
  const supervisor = isAlive(before?.supervisor) ? before.supervisor : findSupervisor(file);
  if (supervisor) {
    signal(supervisor.pid, "SIGTERM");
    if (!(await endsWithin(supervisor, STOP_GRACE_MS + SUPERVISOR_MARGIN_MS))) {
      signal(supervisor.pid, "SIGKILL");
      await endsWithin(supervisor, SUPERVISOR_MARGIN_MS);
    }
  }
  const last = readRunState(instance) ?? before;
  if (last) await endOrphans(last);
  rmSync(file, { force: true });
}

/** Whether a server that the instance started is still there, be it without its supervisor. */
export function isPresent(instance: string): boolean {
  const state = readRunState(instance);
  if (!state) return findSupervisor(stateFile(instance)) !== undefined;
  return isAlive(state.supervisor) || isAlive(state.child) || leftGroup(state) !== undefined;
}

/** A killed supervisor leaves its server behind: end its group, if it is still the one that was recorded. */
async function endOrphans(state: RunState): Promise<void> {
  const { child } = state;
  if (isAlive(child)) {
    signal(child.pid, "SIGTERM", true);
    await endsWithin(child, STOP_GRACE_MS);
    await killGroup(child.pid);
  } else {
    const group = leftGroup(state);
    if (group !== undefined) await killGroup(group);
  }
}

/**
 * The group of a server that is gone, if it still has members: a pid is not given out again while its group lives. A
 * process with that pid, or a restart of the machine, would mean that the number has come to others.
 */
function leftGroup({ startedAt, child }: RunState): number | undefined {
  if (!child?.started) return undefined;
  const bootedAt = Date.now() - uptime() * 1_000;
  const isOurs = Date.parse(startedAt) > bootedAt && startToken(child.pid) === undefined;
  return isOurs && groupExists(child.pid) ? child.pid : undefined;
}

async function endsWithin(identity: ProcessIdentity, ms: number): Promise<boolean> {
  for (const deadline = Date.now() + ms; isAlive(identity); await sleep(10)) if (Date.now() > deadline) return false;
  return true;
}
