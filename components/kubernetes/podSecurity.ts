import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "../pulumi";

/** A pod as the Pod Security Standard "restricted" wants it. Source: kubernetes.io/docs/concepts/security/pod-security-standards. */
export const podSecurity = (
  user: pulumi.Input<number>,
  group: pulumi.Input<number> = user,
): input.core.v1.PodSecurityContext => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: group,
  fsGroup: user,
  // Else the kubelet changes the owner of every file of a volume at every start.
  fsGroupChangePolicy: "OnRootMismatch",
  seccompProfile: { type: "RuntimeDefault" },
});

/** A container as "restricted" wants it, and with a root file system that nothing can be written to. */
export const CONTAINER_SECURITY: input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
};

/** What every pod of ours has in common: no token of the cluster's API, and no list of its Services in the environment. */
export const POD_DEFAULTS = { automountServiceAccountToken: false, enableServiceLinks: false };
