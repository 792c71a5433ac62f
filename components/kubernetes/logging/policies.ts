import { isIP } from "node:net";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "../../pulumi";
import { SHIPPER } from "../../services/logging/shipper";
import { selectorLabels } from "../labels";
import { DNS, namespaceOf } from "../networkPolicy";

type Spec = input.networking.v1.NetworkPolicySpec;
type EgressRule = input.networking.v1.NetworkPolicyEgressRule;

/** Who connects to a service of the logs, and to what it connects. */
export interface Connections {
  port: number;
  /** Services of the logs. */
  callers: string[];
  calls?: pulumi.Input<string> | undefined;
  /** Namespace of the services. */
  namespace: pulumi.Input<string>;
  /** Namespace of the shipper. */
  shipperNamespace: pulumi.Input<string>;
}

/** Rules of a service: others of the logs reach it, and it reaches where it sends to; nobody else, and nothing else. */
export function serviceRules(
  name: string,
  { port, callers, calls, namespace, shipperNamespace }: Connections,
): pulumi.Output<Spec> {
  return pulumi.all([calls, namespace, shipperNamespace]).apply(([url, namespace, shipperNamespace]): Spec => {
    const from = callers.map((caller) => ({
      ...(caller === SHIPPER.name && namespaceOf(shipperNamespace)),
      podSelector: { matchLabels: selectorLabels(caller) },
    }));
    return {
      podSelector: { matchLabels: selectorLabels(name) },
      policyTypes: ["Ingress", "Egress"],
      // A rule from nowhere would be one from everywhere.
      ...(from.length > 0 && { ingress: [{ from, ports: [{ port, protocol: "TCP" }] }] }),
      ...(url !== undefined && { egress: [DNS, ruleFor(url, namespace)] }),
    };
  });
}

/** Rules of the shipper: nobody connects to it, and it connects to what takes its logs. */
export const shipperRules = (url: pulumi.Input<string>, namespace: pulumi.Input<string>): pulumi.Output<Spec> =>
  pulumi.all([url, namespace]).apply(
    ([url, namespace]): Spec => ({
      podSelector: { matchLabels: selectorLabels(SHIPPER.name) },
      policyTypes: ["Ingress", "Egress"],
      egress: [DNS, ruleFor(url, namespace)],
    }),
  );

/**
 * The way to a URL. A rule knows no host names: that of a Service leads to the pods of its namespace, at whatever port
 * they listen, since the rule is judged behind the Service; any other to every address, at the URL's port.
 */
export function ruleFor(text: string, namespace: string): EgressRule {
  const { hostname, port, protocol } = new URL(text);
  const [, of = namespace] = SERVICE.exec(hostname) ?? [];
  if (SERVICE.test(hostname)) return { to: [namespaceOf(of)] };
  const ports = [{ port: port ? Number(port) : protocol === "http:" ? 80 : 443, protocol: "TCP" }];
  const address = hostname.replace(/^\[|\]$/g, "");
  if (isIP(address)) return { to: [{ ipBlock: { cidr: `${address}/${isIP(address) === 4 ? 32 : 128}` } }], ports };
  return { ports };
}

/** Host of a Service: its name alone, or with its namespace and "svc". */
const SERVICE = /^[a-z0-9-]+(?:\.([a-z0-9-]+)\.svc(?:\.cluster\.local)?)?$/;
