import { setTimeout as sleep } from "node:timers/promises";
import { readinessProblem } from "../../provider/check/httpProbe";
import { groupUsage } from "../../provider/check/procUsage";
import { isAlive } from "../../provider/process/identity";
import { type RunState, readRunState } from "../../provider/process/runState";
import type { ProcessPlace } from "../deployed/entries";
import { invocation } from "../invocation";
import { gaugeOf, INTERVAL_MS, lookTwice, rateOf, readPage } from "./metrics";
import {
  ANSWER_MS,
  type Condition,
  Health,
  Missing,
  notRunning,
  type Readings,
  type Report,
  secondsSince,
} from "./report";

type Started = NonNullable<ProcessPlace["started"]>;

/** Asks a server of this machine. */
export async function processReport({ instance, started }: ProcessPlace): Promise<Report> {
  const state = readRunState(instance);
  const child = isAlive(state?.child) ? state.child : undefined;
  if (!state || !started || (!child && !isAlive(state.supervisor))) {
    return notRunning({
      health: Health.Stopped,
      reason: `it does not run: ${invocation("up")} starts it`,
    });
  }
  if (!child) {
    const reason = `it ended (${state.lastExit?.how}), and is started again soon`;
    return notRunning({ health: Health.Unhealthy, reason }, state.restarts);
  }
  const [condition, readings] = await Promise.all([conditionOf(state, started), readingsOf(state, child.pid, started)]);
  return { ...condition, readings };
}

async function conditionOf(state: RunState, { readinessUrl, startSeconds }: Started): Promise<Condition> {
  const reason = await readinessProblem(readinessUrl, ANSWER_MS);
  if (reason !== undefined) {
    const isYoung = secondsSince(state.startedAt, Date.now()) < startSeconds;
    return { health: isYoung ? Health.Starting : Health.Unhealthy, reason };
  }
  if (isAlive(state.supervisor)) return { health: Health.Healthy };
  return {
    health: Health.Unhealthy,
    reason: `its supervisor was killed, so nothing restarts it: ${invocation("up")} starts both anew`,
  };
}

async function readingsOf(state: RunState, pid: number, { metricsUrl }: Started): Promise<Readings> {
  const [looks, usage] = await lookTwice(
    () => readPage(metricsUrl),
    () => usageOf(pid),
  );
  return {
    uptimeSeconds: secondsSince(state.startedAt, Date.now()),
    restarts: state.restarts,
    // Where there is no /proc, the server may say it itself.
    memoryBytes: usage?.residentBytes ?? gaugeOf(looks, "process_resident_memory_bytes"),
    memoryLimitBytes: new Missing("a process has no limit"),
    cpuCores: usage?.cpuCores ?? rateOf(looks, "process_cpu_seconds_total"),
    requestsPerSecond: rateOf(looks, "mcp_requests_total"),
    errorsPerSecond: rateOf(looks, "mcp_request_errors_total"),
  };
}

/** What the server and all that it started use, measured over the interval. */
async function usageOf(group: number): Promise<{ residentBytes: number; cpuCores: number } | undefined> {
  const [before, from] = [groupUsage(group), performance.now()];
  await sleep(INTERVAL_MS);
  const [after, to] = [groupUsage(group), performance.now()];
  if (!before || !after) return undefined;
  // A member that ended meanwhile takes its time with it.
  const seconds = Math.max(0, after.cpuSeconds - before.cpuSeconds);
  return { residentBytes: after.residentBytes, cpuCores: (seconds * 1_000) / (to - from) };
}
