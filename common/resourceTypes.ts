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

/** What the types of this package begin with, those of components too. */
export const OWN_TYPES = "mcp:index:";

/** The type of a kind, as the engine knows it. */
export const resourceType = (kind: ResourceKind): string => `${OWN_TYPES}${kind}`;

/** The type under which states of version 0.1 know a kind: resources of Pulumi's dynamic provider then. */
export const dynamicType = (kind: ResourceKind): string =>
  `pulumi-nodejs:dynamic/mcp:${kind === "McpCheck" ? "Check" : kind}`;

/** The type that a resource of a state of any version has now. Types of other packages are what they are. */
export function currentType(type: string): string {
  const kind = RESOURCE_KINDS.find((kind) => dynamicType(kind) === type);
  return kind ? resourceType(kind) : type;
}

/** The kind of a resource of this package, by its type in a state of any version; undefined for any other resource. */
export const resourceKind = (type: string): ResourceKind | undefined =>
  RESOURCE_KINDS.find((kind) => resourceType(kind) === currentType(type));
