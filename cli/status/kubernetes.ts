import type { PodMetric, V1Pod } from "@kubernetes/client-node";
import { parseMemory } from "../../components/server/memory";
import { forwardTo } from "../../provider/kubernetes/forward";
import type { WorkloadPlace } from "../deployed/entries";
import { containerOf, containerStatus, nameOf, type PodReader } from "../deployed/pods";
import { mendCommands } from "../invocation";
import { gaugeOf, type Looks, lookTwice, rateOf, readPage } from "./metrics";
import { workloadCondition } from "./podCondition";
import { Health, Missing, notRunning, type Reading, type Readings, type Report, secondsSince, sum } from "./report";

/** Asks the cluster about the pods of a server or service, and the pods for their metrics. */
export async function workloadReport(reader: PodReader, place: WorkloadPlace, isServer: boolean): Promise<Report> {
  const workload = await reader.workload(place);
  if (!workload) {
    const { workload: kind, object, namespace } = place;
    const reason = `there is no ${kind} ${object} in namespace ${namespace} any more: ${mendCommands()}`;
    return notRunning({ health: Health.Stopped, reason });
  }
  const pods = await reader.pods(workload);
  const condition = workloadCondition(workload, pods);
  const running = pods.filter((pod) => containerStatus(pod)?.state?.running);
  if (running.length === 0) return notRunning(condition, restartsOf(pods));
  return { ...condition, readings: { ...(await readingsOf(reader, running, isServer)), restarts: restartsOf(pods) } };
}

const restartsOf = (pods: V1Pod[]): number =>
  pods.reduce((total, pod) => total + (containerStatus(pod)?.restartCount ?? 0), 0);

async function readingsOf(reader: PodReader, pods: V1Pod[], isServer: boolean): Promise<Omit<Readings, "restarts">> {
  const [usage, ...looks] = await Promise.all([
    usageOf(reader, pods),
    ...pods.map((pod) => looksAt(reader, pod, isServer)),
  ]);
  const total = (read: (looks: Looks) => Reading): Reading => sum(looks.map(read));
  return {
    uptimeSeconds: Math.min(...pods.map(uptimeOf)),
    // What metrics-server does not know, the server may say itself.
    memoryBytes: usage?.memoryBytes ?? total((one) => gaugeOf(one, "process_resident_memory_bytes")),
    memoryLimitBytes: sum(pods.map(memoryLimit)),
    cpuCores: usage?.cpuCores ?? total((one) => rateOf(one, "process_cpu_seconds_total")),
    requestsPerSecond: total((one) => rateOf(one, "mcp_requests_total")),
    errorsPerSecond: total((one) => rateOf(one, "mcp_request_errors_total")),
  };
}

const uptimeOf = (pod: V1Pod): number =>
  secondsSince(containerStatus(pod)?.state?.running?.startedAt ?? new Date(), Date.now());

function memoryLimit(pod: V1Pod): Reading {
  const limit = containerOf(pod)?.resources?.limits?.memory;
  return (limit === undefined ? undefined : parseMemory(limit)) ?? new Missing("it has no limit");
}

/** Looks at a pod's metrics twice, through a port-forward: no network rule has to let this machine in. */
async function looksAt({ forward }: PodReader, pod: V1Pod, isServer: boolean): Promise<Looks> {
  const port = containerOf(pod)?.ports?.find(({ name }) => name === "metrics")?.containerPort;
  if (!isServer || port === undefined) return new Missing("a service has no MCP requests");
  const forwarded = await forwardTo(forward, pod, port);
  const read = () => readPage(`http://127.0.0.1:${forwarded.port}/metrics`, `port ${port} of pod ${nameOf(pod)}`);
  const [looks] = await lookTwice(read, async () => {});
  forwarded.close();
  return looks;
}

/** Memory and CPU of the pods by metrics-server; undefined where there is none, or where it does not know all of them yet. */
async function usageOf(
  { metrics }: PodReader,
  pods: V1Pod[],
): Promise<{ memoryBytes: number; cpuCores: number } | undefined> {
  const list = await metrics.getPodMetrics(pods[0]?.metadata?.namespace).catch(() => undefined);
  return list && usageFrom(list.items, pods);
}

/** The sum of what metrics-server says of the pods' own containers. */
export function usageFrom(metrics: PodMetric[], pods: V1Pod[]): { memoryBytes: number; cpuCores: number } | undefined {
  const total = { memoryBytes: 0, cpuCores: 0 };
  for (const pod of pods) {
    const known = metrics.find(({ metadata }) => metadata.name === nameOf(pod));
    const usage = known?.containers.find(({ name }) => name === containerOf(pod)?.name)?.usage;
    if (!usage) return undefined;
    total.memoryBytes += parseMemory(usage.memory) ?? 0;
    total.cpuCores += cores(usage.cpu);
  }
  return total;
}

const CPU_UNITS: Record<string, number> = { n: 1e-9, u: 1e-6, m: 1e-3 };

/** A CPU quantity in cores: "12345678n" is 0.012 of one. */
function cores(quantity: string): number {
  const [, amount = "0", unit = ""] = /^([\d.]+)([num]?)$/.exec(quantity) ?? [];
  return Number(amount) * (CPU_UNITS[unit] ?? 1);
}
