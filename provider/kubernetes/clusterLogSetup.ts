import { type SetupInputs, setupOperations } from "../logging/setup";
import type { Watched } from "./cluster";

/** Inputs of what is set up in a service of the cluster. */
export interface ClusterSetupInputs extends SetupInputs {
  /** The workload whose pods answer, through a port-forward. */
  workload: Watched;
  /** Port of the pods. */
  port: number;
}

export const clusterLogSetup = setupOperations(async ({ workload, port }: ClusterSetupInputs, setUp) => {
  // The Kubernetes client is loaded only now: it takes longer than all the rest.
  const { forwardToWorkload } = require("./forward") as typeof import("./forward");
  const forwarded = await forwardToWorkload(workload, port);
  try {
    await setUp(`http://127.0.0.1:${forwarded.port}`);
  } finally {
    forwarded.close();
  }
});
