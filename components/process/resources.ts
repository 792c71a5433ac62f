import type { ActivationInputs } from "../../provider/process/activation";
import type { InstallationInputs, InstallationOutputs } from "../../provider/process/installationProperties";
import type { ProcessInputs, ProcessOutputs } from "../../provider/process/process";
import type { InputsOf } from "../inputsOf";
import { McpResource } from "../mcpResource";
import * as pulumi from "../pulumi";

/** A server's source and dependencies, installed on this machine outside the source tree. */
export class Installation extends McpResource {
  declare readonly folder: pulumi.Output<InstallationOutputs["folder"]>;
  declare readonly release: pulumi.Output<InstallationOutputs["release"]>;
  declare readonly interpreter: pulumi.Output<InstallationOutputs["interpreter"]>;

  constructor(name: string, inputs: InputsOf<InstallationInputs>, opts: pulumi.CustomResourceOptions) {
    super("Installation", name, { ...inputs, folder: undefined, release: undefined, interpreter: undefined }, opts);
  }
}

/** The release of a stdio server that clients start. */
export class Activation extends McpResource {
  constructor(name: string, inputs: InputsOf<ActivationInputs>, opts: pulumi.CustomResourceOptions) {
    super("Activation", name, inputs, opts);
  }
}

/** An HTTP server that runs in the background under a supervisor. */
export class SupervisedProcess extends McpResource {
  declare readonly generation: pulumi.Output<ProcessOutputs["generation"]>;

  constructor(name: string, inputs: InputsOf<ProcessInputs>, opts: pulumi.CustomResourceOptions) {
    super("Process", name, { ...inputs, secretEnv: pulumi.secret(inputs.secretEnv), generation: undefined }, opts);
  }
}
