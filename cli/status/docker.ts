import type Docker from "dockerode";
import { readinessProblem } from "../../provider/check/httpProbe";
import type { ContainerPlace } from "../deployed/entries";
import { mendCommands } from "../invocation";
import { runIn } from "./containerCommand";
import { metricsReader } from "./dockerMetrics";
import { lookTwice, rateOf } from "./metrics";
import {
  ANSWER_MS,
  type Condition,
  Health,
  Missing,
  notRunning,
  type Reading,
  type Readings,
  type Report,
  secondsSince,
} from "./report";

type Inspected = Docker.ContainerInspectInfo;

/** Asks a container, and the engine about it. */
export async function containerReport(engine: Docker, place: ContainerPlace, isServer: boolean): Promise<Report> {
  const { container, readiness } = place;
  const inspected = await engine
    .getContainer(container)
    .inspect()
    .catch((error: { statusCode?: number }) => {
      if (error.statusCode === 404) return undefined;
      throw error;
    });
  if (!inspected) {
    const reason = `there is no container ${container} any more: ${mendCommands()}`;
    return notRunning({ health: Health.Stopped, reason });
  }
  const { Running, Restarting } = inspected.State;
  if (!Running || Restarting) return notRunning(containerCondition(inspected, undefined), inspected.RestartCount);
  const [problem, checked, readings] = await Promise.all([
    readiness && readinessProblem(readiness.url, ANSWER_MS),
    readiness ? undefined : checkNow(engine, inspected),
    readingsOf(engine, inspected, isServer),
  ]);
  const { State } = inspected;
  const now = { State: checked ? { ...State, Health: checked } : State };
  return { ...containerCondition(now, problem, readiness?.startSeconds), readings };
}

/** Runs the engine's health check of a service where it is still to come: the first one is half a minute away. */
async function checkNow(engine: Docker, { Id, State, Config }: Inspected): Promise<typeof State.Health> {
  if (State.Health?.Status !== "starting") return undefined;
  const [form = "", ...test] = Config.Healthcheck?.Test ?? [];
  const command = { CMD: test, "CMD-SHELL": ["/bin/sh", "-c", ...test] }[form];
  const result = command && (await runIn(engine.getContainer(Id), command).catch(() => undefined));
  return result?.exitCode === 0 ? { ...State.Health, Status: "healthy" } : undefined;
}

/**
 * How a container is. What the server says now goes before the engine's own health check, which asks twice a minute.
 * @param problem what the server's readiness path says against it
 * @param startSeconds how long the server may take to start
 */
export function containerCondition(
  { State }: Pick<Inspected, "State">,
  problem: string | undefined,
  startSeconds = 0,
  now = Date.now(),
): Condition {
  const { Running, Restarting, Paused, ExitCode, OOMKilled, StartedAt, Health: checked } = State;
  const how = OOMKilled ? "it used more memory than its limit" : `exit code ${ExitCode}`;
  if (Restarting) return { health: Health.Unhealthy, reason: `it ended (${how}), and is started again soon` };
  if (!Running) return { health: Health.Stopped, reason: `it ended (${how}): ${mendCommands()}` };
  if (Paused) return { health: Health.Stopped, reason: "it is paused: docker unpause" };
  if (problem !== undefined) {
    const isYoung = secondsSince(StartedAt, now) < startSeconds;
    return { health: isYoung ? Health.Starting : Health.Unhealthy, reason: problem };
  }
  if (checked?.Status === "unhealthy") {
    const output = checked.Log.at(-1)?.Output.trim().slice(0, 200);
    return { health: Health.Unhealthy, reason: `its health check fails${output ? `: ${output}` : ""}` };
  }
  // A server has said itself that it is ready; a service has nothing else to say it.
  const isUnsure = checked?.Status === "starting" && startSeconds === 0;
  return { health: isUnsure ? Health.Starting : Health.Healthy };
}

async function readingsOf(engine: Docker, inspected: Inspected, isServer: boolean): Promise<Readings> {
  const { Id, State, RestartCount, HostConfig } = inspected;
  // The engine itself looks twice, a second apart.
  const usage = () =>
    engine
      .getContainer(Id)
      .stats({ stream: false })
      .catch(({ message }: Error) => new Missing(`the engine says nothing of it: ${message}`));
  const [looks, stats] = isServer
    ? await lookTwice(metricsReader(engine, inspected), usage)
    : [new Missing("a service has no MCP requests"), await usage()];
  return {
    uptimeSeconds: secondsSince(State.StartedAt, Date.now()),
    restarts: RestartCount,
    ...(stats instanceof Missing ? { memoryBytes: stats, cpuCores: stats } : usageOf(stats)),
    memoryLimitBytes: HostConfig.Memory || new Missing("it has no limit"),
    requestsPerSecond: rateOf(looks, "mcp_requests_total"),
    errorsPerSecond: rateOf(looks, "mcp_request_errors_total"),
  };
}

/** Memory and CPU as `docker stats` shows them. Source: calculateMemUsageUnixNoCache and calculateCPUPercentUnix of docker/cli. */
export function usageOf(stats: Docker.ContainerStats): { memoryBytes: Reading; cpuCores: Reading } {
  const { memory_stats: memory, cpu_stats: cpu, precpu_stats: before } = stats;
  // What files left in the cache goes when memory is short. cgroup v1 has the first name, v2 the second.
  const cache = memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0;
  const used = cpu.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const passed = cpu.system_cpu_usage - (before.system_cpu_usage ?? 0);
  const unknown = new Missing("the engine does not say it");
  return {
    memoryBytes: memory.usage === undefined ? unknown : memory.usage - Math.min(cache, memory.usage),
    cpuCores: passed > 0 && before.system_cpu_usage ? (used / passed) * (cpu.online_cpus || 1) : unknown,
  };
}
