import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";

/** What keeps a pod from being ready. */
export interface PodProblem {
  /** In words, without the pod's name. */
  message: string;
  /** Whether waiting can't help any more. */
  isFinal: boolean;
}

/** Reasons of a waiting container that do not pass by themselves. */
const FINAL_REASONS = new Map([
  ["ImagePullBackOff", "its image can't be pulled"],
  ["InvalidImageName", "its image has no valid name"],
  ["ErrImageNeverPull", "its image is not on the node, and may not be pulled"],
  ["CreateContainerConfigError", "its container can't be configured"],
  ["CreateContainerError", "its container can't be created"],
  ["RunContainerError", "its container can't be started"],
  ["CrashLoopBackOff", "it ends again and again"],
]);

/** What keeps a pod from being ready; undefined when it is. */
export function podProblem({ status }: V1Pod): PodProblem | undefined {
  const conditions = status?.conditions ?? [];
  if (conditions.some(({ type, status }) => type === "Ready" && status === "True")) return undefined;
  const unscheduled = conditions.find(({ type, status }) => type === "PodScheduled" && status === "False");
  // A node may still come: autoscalers of clusters start them for such pods.
  if (unscheduled) return { message: `no node takes it: ${unscheduled.message ?? unscheduled.reason}`, isFinal: false };
  // A service mesh adds containers of its own, before ours and beside it.
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const problems = containers.filter(({ ready }) => !ready).map(containerProblem);
  const notYet = { message: "it is not started yet", isFinal: false };
  return problems.find(({ isFinal }) => isFinal) ?? problems.at(-1) ?? notYet;
}

function containerProblem({ state, lastState, restartCount }: V1ContainerStatus): PodProblem {
  const ended = state?.terminated ?? lastState?.terminated;
  const how = ended && describeEnd(ended);
  const { reason = "", message } = state?.waiting ?? {};
  const final = FINAL_REASONS.get(reason);
  if (final !== undefined) {
    const detail = reason === "CrashLoopBackOff" ? how : message;
    return { message: `${final}${detail ? ` (${detail})` : ""}`, isFinal: true };
  }
  if (reason === "ErrImagePull") return { message: `its image can't be pulled (${message})`, isFinal: false };
  if (state?.terminated) return { message: `it ended (${how})`, isFinal: restartCount > 0 };
  if (restartCount > 0) return { message: `it ended ${restartCount} times (${how})`, isFinal: restartCount > 1 };
  return { message: reason && reason !== "ContainerCreating" ? reason : "it is not ready yet", isFinal: false };
}

function describeEnd({ reason, exitCode }: { reason?: string; exitCode: number }): string {
  if (reason === "OOMKilled") return "it used more memory than its limit";
  return `exit code ${exitCode}`;
}
