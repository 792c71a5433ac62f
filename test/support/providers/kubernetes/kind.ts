import type { Properties } from "../values";
import { textOf } from "../values";

/** What kind of object a resource is. */
export interface Kind {
  apiVersion: string;
  kind: string;
}

/** Groups of Kubernetes itself: their objects are known without asking a cluster. */
const BUILT_IN = new Set([
  "",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
]);

/** Kinds of the built-in groups that belong to no namespace. */
const CLUSTER_WIDE = new Set([
  "APIService",
  "CSIDriver",
  "CSINode",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "FlowSchema",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "RuntimeClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
]);

/** The kind of a token such as `kubernetes:apps/v1:Deployment`; undefined for what is no object of the API. */
export function kindOfToken(token: string): Kind | undefined {
  const [, version = "", kind = ""] = /^kubernetes:([^:]+\/v[^:/]+):([A-Z]\w*)$/.exec(token) ?? [];
  if (kind === "" || version.startsWith("helm.sh/")) return undefined;
  return { apiVersion: version.replace(/^core\//, ""), kind };
}

export const kindOf = (object: Properties): Kind => ({
  apiVersion: textOf(object.apiVersion),
  kind: textOf(object.kind),
});

export const groupOf = ({ apiVersion }: Kind): string =>
  apiVersion.includes("/") ? apiVersion.replace(/\/.*$/, "") : "";

export const isBuiltIn = (kind: Kind): boolean => BUILT_IN.has(groupOf(kind));

/** Whether objects of a built-in kind belong to a namespace. */
export const isNamespaced = ({ kind }: Kind): boolean => !CLUSTER_WIDE.has(kind);

export const isSecretKind = ({ apiVersion, kind }: Kind): boolean => apiVersion === "v1" && kind === "Secret";
