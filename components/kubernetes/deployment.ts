import type { input } from "@pulumi/kubernetes/types";
import { selectorLabels } from "./labels";
import type { ResolvedDeployment } from "./settings";

type Inputs = input.apps.v1.DeploymentSpec;

/** Revisions that `kubectl rollout undo` can go back to. */
const REVISIONS = 5;

/** A server's Deployment. A new pod is ready before an old one ends, so that no request is lost; an autoscaler alone says how many there are. */
export function deploymentSpec(
  name: string,
  { replicas, autoscaling, rolloutTimeoutSeconds }: ResolvedDeployment,
  template: Inputs["template"],
): Inputs {
  return {
    ...(autoscaling === undefined && { replicas }),
    selector: { matchLabels: selectorLabels(name) },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    revisionHistoryLimit: REVISIONS,
    progressDeadlineSeconds: rolloutTimeoutSeconds,
    template,
  };
}
