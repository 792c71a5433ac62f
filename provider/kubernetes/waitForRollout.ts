import type { CoreV1Event, V1DeploymentSpec, V1DeploymentStatus, V1Pod } from "@kubernetes/client-node";
import { pause } from "../cancellation";
import { indent, quoteLines } from "../check/logs";
import { type Cluster, type Revision, timeOf, type Workload } from "./cluster";
import { podProblem } from "./podProblems";
import type { RolloutInputs } from "./rolloutProperties";

/** Between two looks at the cluster, in milliseconds. */
const LOOK_MS = 500;

/** Before the cluster is asked again that did not answer, in milliseconds. */
const AGAIN_MS = 2_000;

/** How long what is wrong for good may still come right, as when a Secret is being written, in milliseconds. */
const GRACE_MS = 5_000;

/** A warning that is older may be of what has been mended since, in milliseconds. */
const RECENT_MS = 60_000;

/** What keeps a rollout from being done. */
interface Obstacle {
  message: string;
  isFinal: boolean;
  /** The pod that it is about. */
  pod?: V1Pod;
}

/**
 * Waits until every replica is of the newest revision and ready.
 * @returns a pod of it; undefined when there is no replica
 * @throws Error as soon as a pod can't start, with the cluster's warnings and the pod's last lines
 */
export async function waitForRollout(cluster: Cluster, inputs: RolloutInputs): Promise<V1Pod | undefined> {
  const deadline = Date.now() + inputs.timeoutSeconds * 1_000;
  let finalSince: number | undefined;
  let isReached = false;
  for (;;) {
    const seen = await look(cluster).catch((error: unknown) => {
      // A cluster that was there may be out of reach for a moment, as when its API server restarts.
      if (!isReached || !mayPass(error) || Date.now() >= deadline) throw error;
    });
    if (seen === undefined) {
      await pause(AGAIN_MS);
      continue;
    }
    isReached = true;
    const { workload, revision } = seen;
    if (isDone(workload)) return revision.pods.find((pod) => podProblem(pod) === undefined);
    const obstacle = (await refusal(cluster, inputs, seen)) ?? obstacleOf(workload, revision);
    finalSince = obstacle.isFinal ? (finalSince ?? Date.now()) : undefined;
    const isLate = Date.now() >= deadline;
    if (isLate || (finalSince !== undefined && Date.now() - finalSince >= GRACE_MS)) {
      const waited = isLate ? ` (waited ${inputs.timeoutSeconds} s)` : "";
      throw new Error(await explain(cluster, inputs, { workload, revision, obstacle, waited }));
    }
    await pause(LOOK_MS);
  }
}

/** What there is of a rollout. */
interface Seen {
  workload: Workload;
  revision: Revision;
}

async function look(cluster: Cluster): Promise<Seen> {
  const workload = await cluster.workload();
  return { workload, revision: await cluster.revision(workload) };
}

/** Whether an error may pass by itself: there was no answer, or one that tells of an overloaded server. */
const mayPass = (error: unknown): boolean => {
  const { code } = error as { code?: unknown };
  return typeof code !== "number" || code === 429 || code >= 500;
};

/** Pods that the cluster refuses to make: of a StatefulSet or DaemonSet no condition tells, but a warning does. */
async function refusal(
  cluster: Cluster,
  { kind, object }: RolloutInputs,
  { workload, revision }: Seen,
): Promise<Obstacle | undefined> {
  if (kind === "Deployment" || revision.pods.length > 0 || countPods(workload).all > 0) return undefined;
  const refused = (await cluster.warnings([object])).findLast(
    (event) => event.reason === "FailedCreate" && Date.now() - timeOf(event) < RECENT_MS,
  );
  return refused && { message: `the cluster refuses its pods: ${refused.message}`, isFinal: true };
}

/** Whether the cluster has seen the newest revision: what its status and pods say is about an older one otherwise. */
const isObserved = ({ metadata, status }: Workload): boolean =>
  (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);

function isDone(workload: Workload): boolean {
  const { wanted, all, updated, available } = countPods(workload);
  return isObserved(workload) && all === wanted && updated === wanted && available === wanted;
}

/** How many pods there are to be, are, are of the newest revision, and are available. A DaemonSet has one on each node that takes it. */
function countPods({ spec, status = {} }: Workload): Record<"wanted" | "all" | "updated" | "available", number> {
  if ("desiredNumberScheduled" in status) {
    const { desiredNumberScheduled: wanted, currentNumberScheduled: all } = status;
    return { wanted, all, updated: status.updatedNumberScheduled ?? 0, available: status.numberAvailable ?? 0 };
  }
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status as V1DeploymentStatus;
  const { replicas: wanted = 1 } = (spec ?? {}) as V1DeploymentSpec;
  return { wanted, all: replicas, updated: updatedReplicas, available: availableReplicas };
}

/** What keeps the rollout from being done: that of a pod that can't start before that of one that has not started yet. */
function obstacleOf(workload: Workload, { pods }: Revision): Obstacle {
  const { status } = workload;
  if (!isObserved(workload)) return { message: "the cluster has not taken note of it yet", isFinal: false };
  const obstacles: Obstacle[] = pods.flatMap((pod) => {
    const problem = podProblem(pod);
    return problem ? [{ ...problem, pod, message: `pod ${pod.metadata?.name}: ${problem.message}` }] : [];
  });
  // A quota, or the namespace's Pod Security, refuses pods before there are any.
  const refused = (status as V1DeploymentStatus | undefined)?.conditions?.find(
    ({ type, status }) => type === "ReplicaFailure" && status === "True",
  );
  if (refused) obstacles.unshift({ message: `the cluster refuses its pods: ${refused.message}`, isFinal: true });
  const waiting = { message: "its pods are not ready yet", isFinal: false };
  return obstacles.find(({ isFinal }) => isFinal) ?? obstacles[0] ?? waiting;
}

async function explain(
  cluster: Cluster,
  { server, object }: RolloutInputs,
  {
    workload,
    revision,
    obstacle,
    waited,
  }: { workload: Workload; revision: Revision; obstacle: Obstacle; waited: string },
): Promise<string> {
  const podNames = revision.pods.map(({ metadata }) => metadata?.name ?? "");
  const warnings = await cluster.warnings([object, revision.maker, ...podNames]).catch((): CoreV1Event[] => []);
  const told = [...new Set(warnings.map(({ reason, message }) => `${reason}: ${message}`))].slice(-5);
  const serving = countPods(workload).available;
  const pods = serving === 1 ? "pod keeps" : "pods keep";
  return [
    `"${server}" is not rolled out: ${obstacle.message}${waited}.`,
    ...(serving > 0 ? [`${serving} earlier ${pods} serving.`] : []),
    ...(told.length > 0 ? [`Warnings of the cluster:\n${indent(told)}`] : []),
    ...(obstacle.pod ? [quoteLines(await cluster.lastLines(obstacle.pod, 20))] : []),
  ].join("\n");
}
