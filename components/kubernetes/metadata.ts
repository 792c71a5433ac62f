import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "../pulumi";
import { labels } from "./labels";

/** Where the objects of one server go, and what they are called. */
export interface Placement {
  /** Name of the server. */
  name: string;
  /** Namespace; undefined for the provider's. */
  namespace: pulumi.Input<string> | undefined;
  /** Whether objects carry names of their own choice. Pulumi appends a suffix to the resource's name otherwise. */
  fixedNames: boolean;
  /** What the server is a part of, for its labels: "mcp-server", "redis". */
  component: string;
}

/** The provider would wait ten seconds for every Service, and ten minutes for an Ingress whose controller reports no address. */
export const NO_WAIT = { "pulumi.com/skipAwait": "true" };

/**
 * The provider would wait ten minutes for a Deployment whatever happens to it. The rollout is watched by a resource of our
 * own, which fails early and says why. What is true at once ends the wait; other than with skipAwait, the end of a deleted
 * workload is still waited for.
 */
export const WATCHED = { "pulumi.com/waitFor": "jsonpath={.metadata.uid}" };

/**
 * Name, namespace and labels of an object.
 * @param suffix appended to the server's name, for kinds of which there are several
 */
export function metadata(
  { name, namespace, fixedNames, component }: Placement,
  { suffix = "", annotations }: { suffix?: string; annotations?: Record<string, pulumi.Input<string>> } = {},
): input.meta.v1.ObjectMeta {
  return {
    ...(fixedNames && { name: `${name}${suffix}` }),
    ...(namespace !== undefined && { namespace }),
    labels: labels(name, component),
    ...(annotations && Object.keys(annotations).length > 0 && { annotations }),
  };
}
