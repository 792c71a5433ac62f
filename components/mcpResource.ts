import { ensurePlugin } from "../common/plugin";
import { dynamicType, type ResourceKind, resourceType } from "../common/resourceTypes";
import { VERSION } from "../common/version";
import * as pulumi from "./pulumi";

/** A resource of this package's own provider (provider/), which does what is to be done outside the program. */
export abstract class McpResource extends pulumi.CustomResource {
  constructor(kind: ResourceKind, name: string, props: pulumi.Inputs, opts: pulumi.CustomResourceOptions = {}) {
    // The engine looks for the plugin at the first resource of it. Under mocks there is no engine.
    if (pulumi.getEngine() !== undefined) ensurePlugin();
    const own: pulumi.CustomResourceOptions = {
      // The provider of exactly this version, which is part of this package.
      version: VERSION,
      aliases: [{ type: dynamicType(kind) }],
    };
    super(resourceType(kind), name, props, pulumi.mergeOptions(own, opts));
  }
}
