/** The kinds of custom resource that this package's provider serves, as in their type `mcp:index:KIND`. */
export const RESOURCE_KINDS = [
  "Installation",
  "Activation",
  "Process",
  "McpCheck",
  "ClientFile",
  "ContainerReady",
  "ClusterLogSetup",
  "ImageScan",
  "LogSetup",
  "Rollout",
] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** The type of a kind, as the engine knows it. */
export const resourceType = (kind: ResourceKind): string => `mcp:index:${kind}`;

/** The type under which states of version 0.1 know a kind: resources of Pulumi's dynamic provider then. */
export const dynamicType = (kind: ResourceKind): string =>
  `pulumi-nodejs:dynamic/mcp:${kind === "McpCheck" ? "Check" : kind}`;

/** The kind of a resource of this package, by its type in a state of any version; undefined for any other resource. */
export function resourceKind(type: string): ResourceKind | undefined {
  return RESOURCE_KINDS.find((kind) => type === resourceType(kind) || type === dynamicType(kind));
}
