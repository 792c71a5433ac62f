import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../../resource";
import { type Properties, textOf } from "../../values";
import { isNotFound, NoMatchError } from "../apiError";
import type { Cluster } from "../cluster";
import { kindOf } from "../kind";
import { annotationOf, at, metadataOf, nameOf } from "../object";
import { deploymentAwaiter } from "./deployment";
import { jobAwaiter } from "./job";
import { ingressAwaiter, serviceAwaiter } from "./network";
import { podAwaiter } from "./pod";
import type { Awaiter, Readiness } from "./readiness";
import { daemonSetAwaiter, statefulSetAwaiter } from "./sets";
import { claimAwaiter, quotaAwaiter, secretAwaiter, volumeAwaiter } from "./storage";
import { waitForAwaiter } from "./waitFor";

/** Kinds that are not ready as soon as they exist. */
const AWAITERS: Record<string, Awaiter> = {
  "apps/v1/DaemonSet": daemonSetAwaiter,
  "apps/v1/Deployment": deploymentAwaiter,
  "apps/v1/StatefulSet": statefulSetAwaiter,
  "batch/v1/Job": jobAwaiter,
  "networking.k8s.io/v1/Ingress": ingressAwaiter,
  "v1/PersistentVolume": volumeAwaiter,
  "v1/PersistentVolumeClaim": claimAwaiter,
  "v1/Pod": podAwaiter,
  "v1/ResourceQuota": quotaAwaiter,
  "v1/Secret": secretAwaiter,
  "v1/Service": serviceAwaiter,
};

const TIMEOUT_SECONDS = 600;
const LOOK_MS = 400;

/** Kinds whose removal `skipAwait` does not wait for either. */
const REMOVED_UNAWAITED = ["DaemonSet", "Deployment", "Job", "Namespace", "Pod", "StatefulSet"];

const skipsAwait = (inputs: Properties): boolean => annotationOf(inputs, "pulumi.com/skipAwait") === "true";

/** The object exists, but is not ready. */
export class NotReadyError extends Error {
  constructor(
    message: string,
    readonly problems: string[],
    /** The object as it was seen last. */
    readonly live: Properties,
  ) {
    super(message);
  }
}

function awaiterOf(inputs: Properties, written: Properties): Awaiter | undefined {
  const waitFor = annotationOf(inputs, "pulumi.com/waitFor");
  if (waitFor !== "") return waitForAwaiter(waitFor);
  const { apiVersion, kind } = kindOf(written);
  return AWAITERS[`${apiVersion}/${kind}`];
}

function timeoutOf({ timeoutSeconds }: Context, inputs: Properties): number {
  if (timeoutSeconds !== undefined) return timeoutSeconds;
  const given = annotationOf(inputs, "pulumi.com/timeoutSeconds");
  return /^\d+$/.test(given) ? Number(given) : TIMEOUT_SECONDS;
}

/**
 * Waits until an object that has just been written is ready.
 * @returns the object as it is then
 */
export async function awaitReady(
  context: Context,
  cluster: Cluster,
  inputs: Properties,
  written: Properties,
  isUpdate: boolean,
): Promise<Properties> {
  const awaiter = skipsAwait(inputs) ? undefined : awaiterOf(inputs, written);
  if (!awaiter) return written;
  const seconds = awaiter.fixedTimeout ?? timeoutOf(context, inputs);
  const started = Date.now();
  const look = awaiter.start();
  const say = statusLine(context);
  let live = written;
  let seen: Readiness = { ready: false, problems: [] };
  for (;;) {
    seen = await look({ cluster, live, once: false, waited: Date.now() - started, isUpdate });
    const name = nameOf(live);
    if (seen.ready) return live;
    if (seen.failed)
      throw new NotReadyError(`Resource '${name}' was created but failed to initialize`, seen.problems, live);
    if (context.signal?.aborted)
      throw new NotReadyError(`Resource operation was cancelled for "${name}"`, seen.problems, live);
    if (Date.now() - started >= seconds * 1_000) {
      throw new NotReadyError(`'${name}' timed out waiting to be Ready`, seen.problems, live);
    }
    say(seen.status);
    await sleep(LOOK_MS);
    live = await cluster.get(written);
  }
}

/** Whether an object is ready, at a refresh: only a few kinds are looked at, and none is waited for. */
export async function assertReady(cluster: Cluster, inputs: Properties, live: Properties): Promise<void> {
  const { apiVersion, kind } = kindOf(live);
  const awaiter = AWAITERS[`${apiVersion}/${kind}`];
  if (!awaiter?.onRefresh || skipsAwait(inputs)) return;
  const { ready, problems } = await awaiter.start()({ cluster, live, once: true, waited: 0, isUpdate: true });
  if (!ready)
    throw new NotReadyError(`Resource '${nameOf(live)}' was created but failed to initialize`, problems, live);
}

/** Waits until an object is gone, or another one has its name. */
export async function awaitGone(
  context: Context,
  cluster: Cluster,
  inputs: Properties,
  live: Properties,
): Promise<void> {
  if (skipsAwait(inputs) && REMOVED_UNAWAITED.includes(kindOf(live).kind)) return;
  const deadline = Date.now() + timeoutOf(context, inputs) * 1_000;
  const uid = textOf(metadataOf(live).uid);
  const say = statusLine(context);
  for (;;) {
    const now = await cluster.get(live).catch((error: unknown) => {
      if (isNotFound(error) || error instanceof NoMatchError) return undefined;
      throw error;
    });
    if (!now || (uid !== "" && textOf(metadataOf(now).uid) !== uid)) return;
    if (context.signal?.aborted) throw new Error(`Resource operation was cancelled for "${nameOf(live)}"`);
    if (Date.now() >= deadline) {
      const finalizers = at(now, "metadata", "finalizers") ?? [];
      context.log("warning", `finalizers might be preventing deletion (${(finalizers as string[]).join(", ")})`);
      throw new Error("timed out waiting for the condition");
    }
    say("Resource scheduled for deletion");
    await sleep(LOOK_MS);
  }
}

/** Shows what is waited for, whenever that is something else. */
function statusLine(context: Context): (status: string | undefined) => void {
  let shown: string | undefined;
  return (status) => {
    if (status === undefined || status === shown) return;
    shown = status;
    context.log("info", status, { ephemeral: true });
  };
}
