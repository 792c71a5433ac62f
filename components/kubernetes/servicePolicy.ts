import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "../pulumi";
import { InvalidInputError, plainFields } from "../server";
import { NetworkRules } from "./args";
import { peerLabels, selectorLabels } from "./labels";
import { DNS, egressRule, peer } from "./networkPolicy";
import type { EgressSettings, PeerSettings } from "./settings";
import type { McpStatefulSetArgs } from "./statefulSetArgs";
import { egressProblems } from "./validateEgress";

/** Who reaches a service, and what it reaches. */
export interface ServiceNetwork {
  ingress?: PeerSettings[];
  egress?: EgressSettings[];
}

/**
 * What the arguments say of a service's network.
 * @throws InvalidInputError when a rule is none, or depends on another resource
 */
export function serviceNetwork(args: McpStatefulSetArgs): ServiceNetwork {
  const network = plainFields<ServiceNetwork>(args, ["ingress", "egress"]);
  const problems = (network.egress ?? []).flatMap((rule, index) =>
    egressProblems(rule, NetworkRules.Kubernetes, `egress[${index}]`),
  );
  if (problems.length > 0) throw new InvalidInputError(problems);
  return network;
}

/** The stack's servers reach a service unless others are named, and it reaches nothing unless that is said. */
export function servicePolicySpec(
  name: string,
  port: pulumi.Input<number>,
  { ingress, egress = [] }: ServiceNetwork = {},
): input.networking.v1.NetworkPolicySpec {
  const from = ingress?.map(peer) ?? [{ podSelector: { matchLabels: peerLabels("mcp-server") } }];
  return {
    podSelector: { matchLabels: selectorLabels(name) },
    policyTypes: ["Ingress", "Egress"],
    // A rule from nowhere would be one from everywhere.
    ...(from.length > 0 && { ingress: [{ from, ports: [{ port, protocol: "TCP" }] }] }),
    ...(egress.length > 0 && { egress: [DNS, ...egress.map(egressRule)] }),
  };
}
