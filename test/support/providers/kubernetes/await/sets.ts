import { numberOf, type Properties, textOf } from "../../values";
import { at, namespaceOf } from "../object";
import { podProblems } from "./pod";
import { type Awaiter, isObserved, isOwnedBy, type Look, READY, type Readiness, statusNumber } from "./readiness";

/** A StatefulSet is ready when all its replicas are of the newest revision and ready. */
export const statefulSetAwaiter: Awaiter = {
  onRefresh: true,
  start: () => async (look) => {
    const { live } = look;
    const wanted = numberOf(at(live, "spec", "replicas") ?? 1);
    const [replicas, ready] = [statusNumber(live, "replicas"), statusNumber(live, "readyReplicas")];
    const revision = (key: string) => textOf(at(live, "status", key));
    const [current, updated] = [revision("currentRevision"), revision("updateRevision")];
    const byHand =
      at(live, "spec", "updateStrategy", "type") === "OnDelete" && numberOf(at(live, "metadata", "generation")) > 1;
    const isSettled = byHand || (current !== "" && current === updated);
    const isComplete =
      replicas === wanted && ready === wanted && (byHand || statusNumber(live, "currentReplicas") === wanted);
    if (isObserved(live) && isSettled && isComplete) return READY;
    const counted = isSettled ? ready : Math.min(ready, statusNumber(live, "updatedReplicas"));
    return {
      ready: false,
      status: `Waiting for StatefulSet to create Pods (${counted}/${wanted} Pods ready)`,
      problems: [
        ...(isComplete ? [] : [`${counted} out of ${wanted} replicas succeeded readiness checks`]),
        ...(isSettled
          ? []
          : [`StatefulSet controller failed to advance from revision "${current}" to revision "${updated}"`]),
        ...(await ownPodProblems(look)),
      ],
    };
  },
};

/** A DaemonSet is ready when every node that it is for has a pod of the newest revision that is ready. */
export const daemonSetAwaiter: Awaiter = {
  onRefresh: true,
  start:
    () =>
    async (look): Promise<Readiness> => {
      const { live } = look;
      const wanted = at(live, "status", "desiredNumberScheduled");
      const counts = ["currentNumberScheduled", "updatedNumberScheduled", "numberAvailable", "numberReady"];
      const isComplete = counts.every((key) => statusNumber(live, key) >= numberOf(wanted));
      if (isObserved(live) && wanted !== undefined && isComplete) return READY;
      const ready = statusNumber(live, "numberReady");
      return {
        ready: false,
        status: `Ready: ${ready}/${numberOf(wanted)}`,
        problems: await ownPodProblems(look),
      };
    },
};

async function ownPodProblems({ cluster, live }: Look): Promise<string[]> {
  const pods: Properties[] = await cluster.list({ apiVersion: "v1", kind: "Pod" }, namespaceOf(live));
  return pods.filter((pod) => isOwnedBy(pod, live)).flatMap(podProblems);
}
