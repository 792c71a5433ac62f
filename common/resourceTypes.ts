/**
 * The name of a resource type of this package: "McpCheck" for `mcp:index:McpCheck`. Undefined for types of other packages.
 * Stacks that were last deployed by versions with dynamic resources have `pulumi-nodejs:dynamic/mcp:Check` for it, and
 * the same for the other kinds that the provider serves now.
 */
export function typeName(token: string): string | undefined {
  const [, dynamic, name = dynamic] = /^(?:pulumi-nodejs:dynamic\/mcp:(\w+)|mcp:index:(\w+))$/.exec(token) ?? [];
  return dynamic === "Check" ? "McpCheck" : name;
}
