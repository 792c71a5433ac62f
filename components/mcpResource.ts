import * as pulumi from "./pulumi";

/** The kinds of dynamic resource of this package; each has its operations in `provider.ts`. */
export type DynamicKind =
  | "Installation"
  | "Activation"
  | "Process"
  | "Check"
  | "ClientFile"
  | "ContainerReady"
  | "ClusterLogSetup"
  | "ImageScan"
  | "LogSetup"
  | "Rollout";

/**
 * A resource whose create, update and delete run in Pulumi's dynamic provider.
 *
 * `pulumi.dynamic.Resource` would serialize our functions and all they capture into the state of every resource. What
 * stands there instead is one constant line that loads this package's provider from the project's own node_modules:
 * state stays small, an upgrade of the package is no diff, no secret can be captured, and the program starts faster
 * because no closure is serialized. The format is what `@pulumi/pulumi/cmd/dynamic-provider` evaluates: a module whose
 * `handler()` returns the provider. `pulumi-mcp-deploy/provider` is therefore a contract: it must stay loadable, or
 * resources of older states can't be deleted.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
  constructor(kind: DynamicKind, name: string, props: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    super(`pulumi-nodejs:dynamic/mcp:${kind}`, name, { ...props, __provider: providerModule(kind) }, opts);
  }
}

/** The module that the dynamic provider evaluates for a kind of resource. */
export function providerModule(kind: DynamicKind): string {
  return `exports.handler = () => require("module").createRequire(process.cwd() + "/")("pulumi-mcp-deploy/provider").${kind};`;
}
