import {
  AppsV1Api,
  CoreV1Api,
  type KubeConfig,
  Log,
  Metrics,
  PortForward,
  type V1DaemonSet,
  type V1Deployment,
  type V1Pod,
  type V1StatefulSet,
} from "@kubernetes/client-node";
import { loadKubeconfig, selector } from "../../provider/kubernetes/cluster";
import type { WorkloadPlace } from "./entries";
import type { DeployedStack } from "./stack";

export type WorkloadObject = V1Deployment | V1StatefulSet | V1DaemonSet;

/** The cluster of a stack, as its servers are asked in it. */
export class PodReader {
  readonly core: CoreV1Api;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly forward: PortForward;
  private readonly apps: AppsV1Api;

  constructor(config: KubeConfig) {
    this.core = config.makeApiClient(CoreV1Api);
    this.apps = config.makeApiClient(AppsV1Api);
    this.metrics = new Metrics(config);
    this.log = new Log(config);
    this.forward = new PortForward(config);
  }

  /** What makes the pods; undefined when it is not there any more. */
  async workload({ workload, namespace, object: name }: WorkloadPlace): Promise<WorkloadObject | undefined> {
    const one = { name, namespace };
    const read = {
      Deployment: () => this.apps.readNamespacedDeployment(one),
      StatefulSet: () => this.apps.readNamespacedStatefulSet(one),
      DaemonSet: () => this.apps.readNamespacedDaemonSet(one),
    };
    try {
      return await read[workload]();
    } catch (error) {
      if ((error as { code?: unknown }).code === 404) return undefined;
      throw error;
    }
  }

  /** Its pods that are not ending, by their names. */
  async pods({ metadata, spec }: WorkloadObject): Promise<V1Pod[]> {
    const labelSelector = selector(spec?.selector.matchLabels);
    const { items } = await this.core.listNamespacedPod({ namespace: metadata?.namespace ?? "default", labelSelector });
    return items
      .filter((pod) => !pod.metadata?.deletionTimestamp)
      .sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  }
}

/**
 * Opens the cluster that a stack was deployed to.
 * @throws when this machine does not know it, or knows it as another
 */
export function openPods({ cluster: { context, server, kubeconfig } = {} }: Pick<DeployedStack, "cluster">): PodReader {
  if (context !== undefined && kubeconfig === undefined) {
    const { requireContext } = require("../../config/kubeconfig") as typeof import("../../config/kubeconfig");
    requireContext({ context, ...(server !== undefined && { server }) });
  }
  return new PodReader(
    loadKubeconfig({ ...(context !== undefined && { context }), ...(kubeconfig !== undefined && { kubeconfig }) }),
  );
}

export const nameOf = ({ metadata }: V1Pod): string => metadata?.name ?? "";

/** The server's own container: those that a service mesh adds come after it. */
export const containerOf = ({ spec }: V1Pod) => spec?.containers[0];

/** What the kubelet says of it. */
export const containerStatus = (pod: V1Pod) =>
  pod.status?.containerStatuses?.find(({ name }) => name === containerOf(pod)?.name);
