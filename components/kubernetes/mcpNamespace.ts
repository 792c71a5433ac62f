import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "../pulumi";
import { plainFields } from "../server";
import { labels } from "./labels";

/** Arguments of McpNamespace. */
export interface McpNamespaceArgs {
  /** Name of the namespace. Defaults to "mcp-<stack>". */
  namespace?: pulumi.Input<string>;
  /** Most of each resource that all pods together may ask for, such as { "limits.memory": "8Gi", pods: "20" }. Defaults to no quota. */
  quota?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Limits of containers that set none themselves, such as { cpu: "500m", memory: "512Mi" }. Defaults to none. */
  containerLimits?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** What is set aside for containers that ask for nothing themselves. Defaults to `containerLimits`. */
  containerRequests?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Pod Security Standard that nothing in it may fall short of. Defaults to "restricted". */
  podSecurity?: pulumi.Input<PodSecurity>;
  /** Whether a NetworkPolicy denies its pods everything that no other rule allows. Defaults to true. */
  denyAll?: pulumi.Input<boolean>;
  /** Whether the namespace, and all data in it, stays when it is destroyed. Defaults to false. */
  keep?: pulumi.Input<boolean>;
}

/** The Pod Security Standards. Source: kubernetes.io/docs/concepts/security/pod-security-standards. */
export const PodSecurity = { Restricted: "restricted", Baseline: "baseline", Privileged: "privileged" } as const;
export type PodSecurity = (typeof PodSecurity)[keyof typeof PodSecurity];

const podSecurityLabels = (standard: pulumi.Input<PodSecurity>): Record<string, pulumi.Input<string>> =>
  Object.fromEntries(["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, standard]));

/** A namespace in which only pods of the standard "restricted" run unless another is named, and in which pods reach and are reached by nothing that no rule allows. */
export class McpNamespace extends pulumi.ComponentResource {
  /** Name of the namespace. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: McpNamespaceArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpNamespace", name, {}, opts);
    // The engine has to know it before anything else: an output would count as false, and the data would go.
    const { keep = false, denyAll = true } = plainFields<{ keep?: boolean; denyAll?: boolean }>(args, [
      "keep",
      "denyAll",
    ]);
    const { namespace = `mcp-${pulumi.getStack()}`, quota, containerLimits, containerRequests } = args;
    const { podSecurity = PodSecurity.Restricted } = args;
    const space = new kubernetes.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: namespace, labels: { ...labels(name, "namespace"), ...podSecurityLabels(podSecurity) } } },
      { parent: this, retainOnDelete: keep },
    );
    const metadata = { namespace: space.metadata.name, labels: labels(name, "namespace") };
    if (denyAll) {
      new kubernetes.networking.v1.NetworkPolicy(
        `${name}-deny`,
        {
          metadata: { ...metadata, name: "default-deny" },
          spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
        },
        { parent: this },
      );
    }
    if (quota) {
      new kubernetes.core.v1.ResourceQuota(
        `${name}-quota`,
        { metadata: { ...metadata, name: "quota" }, spec: { hard: quota } },
        { parent: this },
      );
    }
    if (containerLimits) {
      const limit = {
        type: "Container",
        default: containerLimits,
        defaultRequest: containerRequests ?? containerLimits,
      };
      new kubernetes.core.v1.LimitRange(
        `${name}-limits`,
        { metadata: { ...metadata, name: "limits" }, spec: { limits: [limit] } },
        { parent: this },
      );
    }
    this.namespace = space.metadata.name;
    this.registerOutputs();
  }
}
