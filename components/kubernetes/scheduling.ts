import type { input } from "@pulumi/kubernetes/types";
import type { Labels } from "./labels";
import type { SchedulingSettings } from "./settings";

const HOSTS_AND_ZONES = ["kubernetes.io/hostname", "topology.kubernetes.io/zone"];

type Scheduling = Pick<
  input.core.v1.PodSpec,
  "topologySpreadConstraints" | "nodeSelector" | "tolerations" | "priorityClassName"
>;

/** Which nodes pods go to: by default all, replicas of one server apart from each other where there is room. */
export function scheduling(settings: SchedulingSettings, matchLabels: Labels): Scheduling {
  const { nodeSelector, tolerations = [], priorityClass, spreadOver = HOSTS_AND_ZONES } = settings;
  return {
    ...(spreadOver.length > 0 && {
      topologySpreadConstraints: spreadOver.map((topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        // A cluster of one node, or of one zone, must still be able to run several replicas.
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels },
        // Only replicas of the same rollout count, or the old ones would push the new ones together.
        matchLabelKeys: ["pod-template-hash"],
      })),
    }),
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations.length > 0 && { tolerations: tolerations.map((key) => ({ key, operator: "Exists" })) }),
    ...(priorityClass && { priorityClassName: priorityClass }),
  };
}
