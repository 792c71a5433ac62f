import { type Properties, sameValue, textOf } from "../../values";
import type { Cluster } from "../cluster";
import { at, objectAt } from "../object";
import { type Awaiter, READY } from "./readiness";

/** A claim is ready when it is bound; one that waits for its first pod need not be. */
export const claimAwaiter: Awaiter = {
  fixedTimeout: 300,
  onRefresh: false,
  start:
    () =>
    async ({ cluster, live, isUpdate }) => {
      const phase = textOf(at(live, "status", "phase"));
      if (isUpdate && phase === "Bound") return READY;
      const mode = await bindingMode(cluster, live).catch((error: Error) => error);
      if (mode instanceof Error) return { ready: phase === "Bound", status: mode.message, problems: [mode.message] };
      return { ready: phase === (mode === "WaitForFirstConsumer" ? "Pending" : "Bound"), problems: [] };
    },
};

async function bindingMode(cluster: Cluster, claim: Properties): Promise<string> {
  const name = textOf(at(claim, "spec", "storageClassName"));
  if (name === "") throw new Error(`no storage class found for "${textOf(at(claim, "metadata", "name"))}"`);
  const storageClass = await cluster.get({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name } });
  return textOf(storageClass.volumeBindingMode);
}

export const volumeAwaiter: Awaiter = {
  fixedTimeout: 300,
  onRefresh: false,
  start:
    () =>
    ({ live }) => ({
      ready: ["Available", "Bound"].includes(textOf(at(live, "status", "phase"))),
      problems: [],
    }),
};

/** A quota is ready when the controller has taken it over. */
export const quotaAwaiter: Awaiter = {
  fixedTimeout: 60,
  onRefresh: false,
  start:
    () =>
    ({ live }) => ({
      ready: sameValue(objectAt(live, "spec", "hard"), objectAt(live, "status", "hard")),
      problems: [],
    }),
};

/** A token for a service account is filled in by the cluster; any other Secret is ready at once. */
export const secretAwaiter: Awaiter = {
  fixedTimeout: 5,
  onRefresh: false,
  start:
    () =>
    ({ live }) => ({
      ready: live.type !== "kubernetes.io/service-account-token" || Object.keys(objectAt(live, "data")).length > 0,
      problems: [],
    }),
};
