import type { ClusterSetupInputs } from "../../../provider/kubernetes/clusterLogSetup";
import type { InputsOf } from "../../inputsOf";
import { McpResource } from "../../mcpResource";
import type * as pulumi from "../../pulumi";

/** Field by field, so that no more of it is secret than the kubeconfig. */
type Inputs = InputsOf<Omit<ClusterSetupInputs, "workload">> & { workload: InputsOf<ClusterSetupInputs["workload"]> };

/** What LogSetup does, in a service that only the cluster reaches: through a port-forward to a pod of it. */
export class ClusterLogSetup extends McpResource {
  /** URL of the service that is set up: whoever uses it waits until it is. */
  declare readonly readyUrl: pulumi.Output<string>;

  constructor(name: string, inputs: Inputs, opts: pulumi.CustomResourceOptions) {
    super("ClusterLogSetup", name, { ...inputs, readyUrl: undefined }, opts);
  }
}
