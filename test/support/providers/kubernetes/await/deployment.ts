import { objectsOf, type Properties, textOf } from "../../values";
import { annotationOf, at, nameOf, namespaceOf } from "../object";
import { podProblems } from "./pod";
import {
  type Awaiter,
  conditionOf,
  isObserved,
  isOwnedBy,
  isTrue,
  type Look,
  type Readiness,
  statusNumber,
} from "./readiness";

const REVISION = "deployment.kubernetes.io/revision";

/** A Deployment is ready when it is available, and the ReplicaSet of its newest revision has all its pods ready. */
export const deploymentAwaiter: Awaiter = { onRefresh: true, start: () => look };

async function look({ cluster, live }: Look): Promise<Readiness> {
  const waiting = "Waiting for app ReplicaSet to be available";
  if (!isObserved(live)) return { ready: false, status: waiting, problems: noPods() };
  const namespace = namespaceOf(live);
  const revision = annotationOf(live, REVISION);
  const sets = await cluster.list({ apiVersion: "apps/v1", kind: "ReplicaSet" }, namespace);
  const set = sets.find((one) => isOwnedBy(one, live) && annotationOf(one, REVISION) === revision);
  const wanted = Number(at(set, "spec", "replicas") ?? 1);
  const ready = set ? statusNumber(set, "readyReplicas") : 0;
  const available = isTrue(conditionOf(live, "Available"));
  const progressed = conditionOf(live, "Progressing");
  const rolledOut = revision === "1" || (isTrue(progressed) && progressed?.reason === "NewReplicaSetAvailable");
  const setReady = set !== undefined && ready >= wanted;
  const unbound = await unboundClaims(cluster, live, namespace);
  if (available && rolledOut && setReady && unbound.length === 0) return { ready: true, problems: [] };
  const pods = await cluster.list({ apiVersion: "v1", kind: "Pod" }, namespace);
  return {
    ready: false,
    status: `${waiting} (${ready}/${wanted} Pods available)`,
    problems: [
      ...conditionProblems(live),
      ...(unbound.length > 0 ? [`Failed to bind PersistentVolumeClaim(s): "${unbound.join(",")}"`] : []),
      ...(available ? (setReady && rolledOut ? [] : notLive(revision, rolledOut)) : noPods()),
      ...pods.filter((pod) => set && isOwnedBy(pod, set)).flatMap(podProblems),
    ],
  };
}

const noPods = (): string[] => ["Minimum number of live Pods was not attained"];

const notLive = (revision: string, rolledOut: boolean): string[] =>
  revision !== "1" && rolledOut
    ? ["Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live"]
    : ["Minimum number of Pods to consider the application live was not attained"];

function conditionProblems(deployment: Properties): string[] {
  return ["Progressing", "Available"].flatMap((type) => {
    const condition = conditionOf(deployment, type);
    return condition && !isTrue(condition) ? [`[${textOf(condition.reason)}] ${textOf(condition.message)}`] : [];
  });
}

async function unboundClaims(cluster: Look["cluster"], deployment: Properties, namespace: string): Promise<string[]> {
  const volumes = objectsOf(at(deployment, "spec", "template", "spec", "volumes"));
  const names = volumes.map((volume) => textOf(at(volume, "persistentVolumeClaim", "claimName"))).filter(Boolean);
  if (names.length === 0) return [];
  const claims = await cluster.list({ apiVersion: "v1", kind: "PersistentVolumeClaim" }, namespace);
  return claims
    .filter((claim) => names.includes(nameOf(claim)) && at(claim, "status", "phase") !== "Bound")
    .map((claim) => nameOf(claim));
}
