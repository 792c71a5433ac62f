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

/**
 * The name of a resource type of this package: "McpCheck" for `mcp:index:McpCheck`. Undefined for types of other packages.
 * Stacks that were last deployed by versions with dynamic resources have `pulumi-nodejs:dynamic/mcp:Check` for it, and
 * the same for the other kinds that the provider serves now.
 */
export function typeName(token: string): string | undefined {
  const [, dynamic, name = dynamic] = /^(?:pulumi-nodejs:dynamic\/mcp:(\w+)|mcp:index:(\w+))$/.exec(token) ?? [];
  return dynamic === "Check" ? "McpCheck" : name;
}

/** The kind of a resource of this package, by its type in a state of any version; undefined for any other resource. */
export function resourceKind(type: string): ResourceKind | undefined {
  const name = typeName(type);
  return RESOURCE_KINDS.find((kind) => kind === name);
}
