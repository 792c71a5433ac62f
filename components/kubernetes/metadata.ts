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

/**
 * The provider would wait for a Deployment ten minutes whatever happens to it, and for a Service ten seconds at least. The
 * rollout is watched by a resource of our own, which fails early and says why.
 */
export const NO_WAIT = { "pulumi.com/skipAwait": "true" };

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
