import type { ReadyInputs } from "../../provider/docker/ready";
import type { InputsOf } from "../inputsOf";
import { McpResource } from "../mcpResource";
import type * as pulumi from "../pulumi";

/**
 * Waits until a started container answers, and sets the one limit that the Docker provider can't: that of its
 * processes. A container that ends or does not answer fails the deployment with its own last lines.
 */
export class ContainerReady extends McpResource {
  /** Id of the container that is ready. */
  declare readonly containerId: pulumi.Output<string>;

  constructor(name: string, inputs: InputsOf<ReadyInputs>, opts: pulumi.CustomResourceOptions) {
    super("ContainerReady", name, { ...inputs, containerId: undefined }, opts);
  }
}
