import type { input } from "@pulumi/kubernetes/types";
import type { ResolvedServer } from "../server";
import { selectorLabels } from "./labels";
import type { EgressSettings, PeerSettings, ResolvedDeployment } from "./settings";

type Spec = input.networking.v1.NetworkPolicySpec;
type Peer = input.networking.v1.NetworkPolicyPeer;
type EgressRule = input.networking.v1.NetworkPolicyEgressRule;

/** Port of a rule that names none. */
const HTTPS = 443;

/** What may call a server, and what it may connect to: nothing that is not said, in either direction. */
export function networkPolicySpec(
  { name, port, metricsPort }: Pick<ResolvedServer, "name" | "port" | "metricsPort">,
  { ingress, egress, exposure, monitoringNamespace, metricsIngress = [] }: ResolvedDeployment,
): Spec {
  const callers = ingress?.map(peer) ?? [{ podSelector: {} }];
  const from = exposure ? [...callers, namespaceOf(exposureNamespace(exposure))] : callers;
  return {
    podSelector: { matchLabels: selectorLabels(name) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      // A rule from nowhere would be one from everywhere.
      ...(from.length > 0 ? [{ from, ports: [tcp(port)] }] : []),
      { from: [namespaceOf(monitoringNamespace), ...metricsIngress.map(peer)], ports: [tcp(metricsPort)] },
    ],
    // Host names are rules of Cilium, which has a policy of its own for them.
    egress: [DNS, ...egress.filter(({ host }) => host === undefined).map(egressRule)],
  };
}

/** The cluster's DNS, and the cache that some clusters run on each node at this address. */
export const DNS: EgressRule = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
    { ipBlock: { cidr: "169.254.20.10/32" } },
  ],
  ports: [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
  ],
};

export function egressRule({ cidr, except, namespace, podLabels, ports = [HTTPS] }: EgressSettings): EgressRule {
  const to = cidr === undefined ? peer({ namespace, podLabels }) : { ipBlock: { cidr, ...(except && { except }) } };
  return { to: [to], ports: ports.map(tcp) };
}

export function peer({ namespace, podLabels }: { [K in keyof PeerSettings]: PeerSettings[K] | undefined }): Peer {
  return {
    ...(namespace !== undefined && namespaceOf(namespace)),
    ...((podLabels !== undefined || namespace === undefined) && {
      podSelector: podLabels ? { matchLabels: podLabels } : {},
    }),
  };
}

/** All pods of a namespace. */
export const namespaceOf = (name: string): Peer => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});

const tcp = (port: number) => ({ port, protocol: "TCP" });

/** Namespace of what carries requests from outside. */
const exposureNamespace = ({ fromNamespace, gateway }: NonNullable<ResolvedDeployment["exposure"]>): string =>
  fromNamespace ?? gateway?.split("/")[0] ?? "ingress-nginx";

/** Rules by host name, as Cilium has them; undefined where there are none. Source: docs.cilium.io, "DNS based". */
export function ciliumHostRules(name: string, { egress }: Pick<ResolvedDeployment, "egress">): object | undefined {
  const rules = egress.flatMap(({ host, ports = [HTTPS] }) => (host === undefined ? [] : [{ host, ports }]));
  if (rules.length === 0) return undefined;
  return {
    endpointSelector: { matchLabels: selectorLabels(name) },
    egress: [
      // Cilium learns the addresses of a name from the answers that pass through its DNS proxy.
      {
        toEndpoints: [{ matchLabels: { "k8s:io.kubernetes.pod.namespace": "kube-system", "k8s:k8s-app": "kube-dns" } }],
        toPorts: [{ ports: [{ port: "53", protocol: "ANY" }], rules: { dns: [{ matchPattern: "*" }] } }],
      },
      ...rules.map(({ host, ports }) => ({
        toFQDNs: [host.includes("*") ? { matchPattern: host } : { matchName: host }],
        toPorts: [{ ports: ports.map((port) => ({ port: String(port), protocol: "TCP" })) }],
      })),
    ],
  };
}
