import type { SetupInputs } from "../../provider/logging/setup";
import type { InputsOf } from "../inputsOf";
import { McpResource } from "../mcpResource";
import type * as pulumi from "../pulumi";

/**
 * Sets something up in Elasticsearch or Kibana by its API, once that answers. What is set up stays when the resource is
 * deleted, as the logs do.
 */
export class LogSetup extends McpResource {
  /** URL of the service that is set up: whoever uses it waits until it is. */
  declare readonly readyUrl: pulumi.Output<string>;

  constructor(name: string, inputs: InputsOf<SetupInputs>, opts: pulumi.CustomResourceOptions) {
    super("LogSetup", name, { ...inputs, readyUrl: undefined }, opts);
  }
}
