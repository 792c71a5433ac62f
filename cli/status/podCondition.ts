import type { V1DaemonSet, V1Deployment, V1Pod } from "@kubernetes/client-node";
import { podProblem } from "../../provider/kubernetes/podProblems";
import { containerOf, containerStatus, nameOf, type WorkloadObject } from "../deployed/pods";
import { type Condition, Health } from "./report";

/** How the pods of a workload are: n of m ready and, where that is too few, whether they are on their way. */
export function workloadCondition(workload: WorkloadObject, pods: V1Pod[], now = Date.now()): Condition {
  const ready = { count: readyCount(workload), wanted: wantedCount(workload) };
  if (ready.wanted === 0) return { health: Health.Stopped, ready, reason: "it is scaled to 0 replicas" };
  const refused = (workload as V1Deployment).status?.conditions?.find(
    ({ type, status }) => type === "ReplicaFailure" && status === "True",
  );
  const troubled = pods.flatMap((pod) => {
    const problem = podProblem(pod);
    return problem ? [{ pod, ...problem }] : [];
  });
  const worst = troubled.find(({ isFinal }) => isFinal) ?? troubled[0];
  const told = worst && `pod ${nameOf(worst.pod)}: ${worst.message}`;
  const reason = refused ? `the cluster refuses its pods: ${refused.message}` : told;
  if (ready.count >= ready.wanted) {
    // A new version whose pods can't start takes nothing from the old one, but is worth a word.
    const note = refused || worst?.isFinal ? reason : undefined;
    return { health: Health.Healthy, ready, ...(note && { reason: note }) };
  }
  const isComing = !refused && troubled.every(({ pod, isFinal }) => !isFinal && isComingUp(pod, now));
  const health = isComing ? Health.Starting : Health.Unhealthy;
  return { health, ready, reason: reason ?? "its pods are not there yet" };
}

const wantedCount = ({ spec, status }: WorkloadObject): number =>
  (status as V1DaemonSet["status"])?.desiredNumberScheduled ?? (spec as V1Deployment["spec"])?.replicas ?? 1;

const readyCount = ({ status }: WorkloadObject): number =>
  (status as V1DaemonSet["status"])?.numberReady ?? (status as V1Deployment["status"])?.readyReplicas ?? 0;

/** Whether nothing speaks against a pod but that it is young: it was never restarted, and has the time that its probes give it. */
function isComingUp(pod: V1Pod, now: number): boolean {
  if (pod.status?.conditions?.some(({ type, status }) => type === "PodScheduled" && status === "False")) return false;
  const { state, started, restartCount } = containerStatus(pod) ?? {};
  if (restartCount) return false;
  const waiting = state?.waiting?.reason;
  if (waiting !== undefined) return ["ContainerCreating", "PodInitializing"].includes(waiting);
  const since = state?.running?.startedAt;
  if (since === undefined) return state?.terminated === undefined;
  if (started !== true) return true;
  const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = containerOf(pod)?.readinessProbe ?? {};
  return now - new Date(since).getTime() < (initialDelaySeconds + periodSeconds * failureThreshold) * 1_000;
}
