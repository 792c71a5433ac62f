import {
  AppsV1Api,
  CoreV1Api,
  type CoreV1Event,
  KubeConfig,
  PortForward,
  type V1ControllerRevision,
  type V1DaemonSet,
  type V1Deployment,
  type V1Pod,
  type V1StatefulSet,
  type V1StatefulSetStatus,
} from "@kubernetes/client-node";
import { chooseContext } from "./clusterError";

/** What a rollout is watched by. */
export interface Cluster {
  /** The object whose rollout it is. */
  workload(): Promise<Workload>;
  /** What came of its newest revision. */
  revision(workload: Workload): Promise<Revision>;
  /** Warnings about the objects with these names, oldest first. */
  warnings(names: string[]): Promise<CoreV1Event[]>;
  /** Last lines of a pod's log: of the container that ended last, when it has been restarted. */
  lastLines(pod: V1Pod, count: number): Promise<string[]>;
  /** Opens connections to ports of pods. */
  forward: PortForward;
}

export type Workload = V1Deployment | V1StatefulSet | V1DaemonSet;

/** The newest pods of a workload. */
export interface Revision {
  /** Name of the ReplicaSet, StatefulSet or DaemonSet that makes them. */
  maker: string;
  pods: V1Pod[];
}

/** What is watched, and with which credentials. */
export interface Watched {
  kind: string;
  namespace: string;
  object: string;
  /** Content of a kubeconfig; that of this machine otherwise. */
  kubeconfig?: string;
  context?: string;
}

const REVISION = "deployment.kubernetes.io/revision";
const TEMPLATE_HASH = "pod-template-hash";
const CONTROLLER_HASH = "controller-revision-hash";

/** Labels as the API takes them to select objects. */
export const selector = (labels: Record<string, string> = {}): string =>
  Object.entries(labels)
    .map(([label, value]) => `${label}=${value}`)
    .join(",");

/** When something happened last, in milliseconds since 1970. */
export const timeOf = ({ lastTimestamp, eventTime }: CoreV1Event): number =>
  new Date(lastTimestamp ?? eventTime ?? 0).getTime();

/** The kubeconfig that is given, else that of KUBECONFIG or the user's, as kubectl finds it. */
export function loadKubeconfig({ kubeconfig, context }: Pick<Watched, "kubeconfig" | "context">): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromString(kubeconfig);
  chooseContext(config, context);
  return config;
}

/** Opens the cluster of a kubeconfig. */
export function openCluster(watched: Watched): Cluster {
  const { kind, namespace, object } = watched;
  const config = loadKubeconfig(watched);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  return {
    forward: new PortForward(config),
    workload: () => {
      const one = { name: object, namespace };
      if (kind === "StatefulSet") return apps.readNamespacedStatefulSet(one);
      return kind === "DaemonSet" ? apps.readNamespacedDaemonSet(one) : apps.readNamespacedDeployment(one);
    },
    async revision({ metadata, spec, status }) {
      const labelSelector = selector(spec?.selector.matchLabels);
      const ofRevision = async (label: string, revision: string) =>
        (await core.listNamespacedPod({ namespace, labelSelector: `${labelSelector},${label}=${revision}` })).items;
      if (kind === "StatefulSet") {
        const { updateRevision = "" } = (status ?? {}) as V1StatefulSetStatus;
        return { maker: object, pods: await ofRevision(CONTROLLER_HASH, updateRevision) };
      }
      if (kind === "DaemonSet") {
        const { items } = await apps.listNamespacedControllerRevision({ namespace, labelSelector });
        const newest = items.reduce<V1ControllerRevision | undefined>(
          (found, one) => (found && found.revision > one.revision ? found : one),
          undefined,
        );
        const hash = newest?.metadata?.labels?.[CONTROLLER_HASH] ?? "none";
        return { maker: object, pods: await ofRevision(CONTROLLER_HASH, hash) };
      }
      const { items } = await apps.listNamespacedReplicaSet({ namespace, labelSelector });
      const newest = items.find((set) => set.metadata?.annotations?.[REVISION] === metadata?.annotations?.[REVISION]);
      const hash = newest?.metadata?.labels?.[TEMPLATE_HASH] ?? "none";
      return { maker: newest?.metadata?.name ?? object, pods: await ofRevision(TEMPLATE_HASH, hash) };
    },
    async warnings(names) {
      const { items } = await core.listNamespacedEvent({ namespace, fieldSelector: "type=Warning" });
      return items
        .filter(({ involvedObject }) => names.includes(involvedObject.name ?? ""))
        .sort((one, other) => timeOf(one) - timeOf(other));
    },
    async lastLines(pod, count) {
      const { name = "" } = pod.metadata ?? {};
      // The first is ours; those that a service mesh adds come after it.
      const container = pod.spec?.containers[0]?.name ?? "";
      const status = pod.status?.containerStatuses?.find((one) => one.name === container);
      const restarted = (status?.restartCount ?? 0) > 0;
      const read = (previous: boolean) =>
        core.readNamespacedPodLog({ name, namespace, container, tailLines: count, previous });
      const text = await read(restarted).catch(() => (restarted ? read(false).catch(() => "") : ""));
      return (text ?? "").split("\n").filter((line) => line.trim() !== "");
    },
  };
}
