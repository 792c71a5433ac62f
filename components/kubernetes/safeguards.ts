import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "../pulumi";
import type { DeployedServer } from "../server";
import { NetworkRules } from "./args";
import { autoscalerSpec } from "./autoscaler";
import { selectorLabels } from "./labels";
import { metadata, type Placement } from "./metadata";
import { ciliumHostRules, networkPolicySpec } from "./networkPolicy";
import type { ResolvedDeployment } from "./settings";

/** What protects the pods and says how many there are. */
export function createSafeguards(
  parent: pulumi.Resource,
  { name, port, metricsPort }: DeployedServer,
  deployment: ResolvedDeployment,
  place: Placement,
  workload: kubernetes.apps.v1.Deployment,
): void {
  const { autoscaling, replicas, networkRules } = deployment;
  if (networkRules !== NetworkRules.None) {
    new kubernetes.networking.v1.NetworkPolicy(
      `${name}-network`,
      { metadata: metadata(place), spec: networkPolicySpec({ name, port, metricsPort }, deployment) },
      { parent },
    );
  }
  const hostRules = networkRules === NetworkRules.Cilium ? ciliumHostRules(name, deployment) : undefined;
  if (hostRules) {
    new kubernetes.apiextensions.CustomResource(
      `${name}-hosts`,
      { apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy", metadata: metadata(place), spec: hostRules },
      { parent },
    );
  }
  if (autoscaling) {
    new kubernetes.autoscaling.v2.HorizontalPodAutoscaler(
      `${name}-autoscaler`,
      { metadata: metadata(place), spec: autoscalerSpec(workload.metadata.name, replicas, autoscaling) },
      { parent },
    );
  }
  // One replica needs none: this budget lets it go, too, when its node is drained.
  if (replicas > 1 || autoscaling) {
    new kubernetes.policy.v1.PodDisruptionBudget(
      `${name}-disruption`,
      { metadata: metadata(place), spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(name) } } },
      { parent },
    );
  }
}
