import type { Properties } from "../values";
import { groupOf, isSecretKind, kindOf } from "./kind";
import type { Settings } from "./settings";

const SELECTOR = ["spec.selector"];

const POD = [
  "affinity",
  "automountServiceAccountToken",
  "dnsConfig",
  "dnsPolicy",
  "enableServiceLinks",
  "hostAliases",
  "hostIPC",
  "hostNetwork",
  "hostPID",
  "hostname",
  "imagePullSecrets",
  "nodeName",
  "nodeSelector",
  "overhead",
  "preemptionPolicy",
  "priority",
  "priorityClassName",
  "readinessGates",
  "restartPolicy",
  "runtimeClassName",
  "schedulerName",
  "securityContext",
  "serviceAccount",
  "serviceAccountName",
  "shareProcessNamespace",
  "subdomain",
  "terminationGracePeriodSeconds",
  "volumes",
];

const CONTAINER = [
  "args",
  "command",
  "env",
  "image",
  "imagePullPolicy",
  "lifecycle",
  "livenessProbe",
  "ports",
  "readinessProbe",
  "resources",
  "securityContext",
  "stdin",
  "stdinOnce",
  "terminationMessagePath",
  "terminationMessagePolicy",
  "tty",
  "volumeDevices",
  "volumeMounts",
  "workingDir",
];

/** Paths whose change needs a new object, by group and kind. Source: the official plugin's provider/diff.go. */
const REPLACED: Record<string, string[]> = {
  "apps/DaemonSet": SELECTOR,
  "apps/Deployment": SELECTOR,
  "apps/StatefulSet": [
    ...SELECTOR,
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/Job": [...SELECTOR, "spec.completions", "spec.parallelism", "spec.template"],
  "/PersistentVolumeClaim": [...SELECTOR, "spec.accessModes", "spec.storageClassName", "spec.volumeName"],
  "/Pod": [
    ...POD.map((key) => `spec.${key}`),
    ...["containers", "initContainers"].flatMap((list) => CONTAINER.map((key) => `spec.${list}[*].${key}`)),
  ],
  "/ResourceQuota": ["spec.scopes"],
  "/Secret": ["type"],
  "/Service": ["spec.clusterIP"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
};

/** Paths whose change needs a new object. */
export function replacedPaths(inputs: Properties, settings: Settings): string[] {
  const kind = kindOf(inputs);
  const identity = ["metadata.name", "metadata.namespace"];
  const fixed = inputs.immutable === true;
  if (isSecretKind(kind) && (!settings.enableSecretMutable || fixed))
    return [...identity, "type", "stringData", "data"];
  if (kind.apiVersion === "v1" && kind.kind === "ConfigMap" && (!settings.enableConfigMapMutable || fixed)) {
    return [...identity, "binaryData", "data"];
  }
  return [...identity, ...(REPLACED[`${groupOf(kind)}/${kind.kind}`] ?? [])];
}
