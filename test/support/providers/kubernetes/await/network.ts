import { objectsOf, type Properties, textOf } from "../../values";
import { isNotFound } from "../apiError";
import type { Cluster } from "../cluster";
import { at, metadataOf, namespaceOf, objectAt } from "../object";
import { type Awaiter, READY, type Readiness } from "./readiness";

/** How long a Service's endpoints must have been quiet, in milliseconds. */
const SETTLED_MS = 10_000;

/** How long an Ingress waits for backends that may never come, in milliseconds. */
const BACKENDS_MS = 60_000;

const isLoadBalancer = (service: Properties): boolean => at(service, "spec", "type") === "LoadBalancer";
const hasAddress = (object: Properties): boolean =>
  objectsOf(at(object, "status", "loadBalancer", "ingress")).length > 0;

/** A Service is ready once the endpoints of its pods are quiet and none of them is not ready; no pods at all are fine. */
export const serviceAwaiter: Awaiter = {
  onRefresh: true,
  start: () => {
    let seen = "";
    let since = Date.now();
    return async ({ cluster, live, once }): Promise<Readiness> => {
      const addressed = !isLoadBalancer(live) || hasAddress(live);
      if (!waitsForPods(live)) return addressed ? READY : { ready: false, problems: noAddress() };
      const endpoints = await endpointsOf(cluster, live, textOf(metadataOf(live).name));
      const version = textOf(metadataOf(endpoints ?? {}).resourceVersion);
      if (version !== seen) [seen, since] = [version, Date.now()];
      const isSettled = once || (endpoints !== undefined && Date.now() - since >= SETTLED_MS);
      const subsets = objectsOf(endpoints?.subsets ?? []);
      const has = (key: string) => subsets.some((subset) => objectsOf(subset[key]).length > 0);
      if (addressed && isSettled && !has("notReadyAddresses")) return READY;
      return {
        ready: false,
        status: addressed
          ? "[1/3] Finding Pods to direct traffic to"
          : "[2/3] Attempting to allocate IP address to Service",
        problems: [...(has("addresses") ? [] : [NO_PODS]), ...(addressed ? [] : noAddress())],
      };
    };
  },
};

const NO_PODS =
  "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels " +
  "on any Pods";

const noAddress = (): string[] => ["Service was not allocated an IP address; does your cloud provider support this?"];

function waitsForPods(service: Properties): boolean {
  const { type, clusterIP, selector } = objectAt(service, "spec");
  return type !== "ExternalName" && clusterIP !== "None" && Object.keys(selector ?? {}).length > 0;
}

/** An Ingress is ready when its controller has published an address, and its backends are known. */
export const ingressAwaiter: Awaiter = {
  onRefresh: true,
  start:
    () =>
    async ({ cluster, live, once, waited }): Promise<Readiness> => {
      const addressed = hasAddress(live);
      const missing = await missingBackends(cluster, live);
      if (addressed && (missing.length === 0 || once || waited >= BACKENDS_MS)) return READY;
      return {
        ready: false,
        status: "[1/3] Finding a matching service for each Ingress path",
        problems: [
          ...missing.map((name) => `No matching service found for ingress rule: ${name}`),
          ...(addressed
            ? []
            : [
                "Ingress .status.loadBalancer field was not updated with a hostname/IP address. \n    for more information about this error, see https://pulumi.io/xdv72s",
              ]),
        ],
      };
    },
};

async function missingBackends(cluster: Cluster, ingress: Properties): Promise<string[]> {
  const paths = objectsOf(at(ingress, "spec", "rules")).flatMap((rule) => objectsOf(at(rule, "http", "paths")));
  const names = [...new Set(paths.map((path) => textOf(at(path, "backend", "service", "name"))).filter(Boolean))];
  const known = await Promise.all(names.map((name) => endpointsOf(cluster, ingress, name)));
  return names.filter((_, index) => known[index] === undefined);
}

async function endpointsOf(cluster: Cluster, object: Properties, name: string): Promise<Properties | undefined> {
  const endpoints = { apiVersion: "v1", kind: "Endpoints", metadata: { name, namespace: namespaceOf(object) } };
  return cluster.get(endpoints).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}
