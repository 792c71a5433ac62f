import { setTimeout as sleep } from "node:timers/promises";
import type { Properties } from "../values";
import { isAlreadyExists, isConflict, isNamespaceMissing, isNotFound, NoMatchError } from "./apiError";
import type { Checkpoint } from "./checkpoint";
import type { Cluster } from "./cluster";
import { CREATOR, isOwnedByCreator, managedFieldsOf, takenOver } from "./managedFields";
import { mergeThreeWay } from "./merge";
import { normalizeInputs } from "./normalize";
import { annotationOf, metadataOf, nameOf, withMetadata } from "./object";
import { pruneObject } from "./prune";

/** What a write depends on besides the object. */
export interface Write {
  /** Whether it is only tried out. */
  preview: boolean;
  /** Owns the fields that an update sets. */
  fieldManager: string;
  signal?: AbortSignal | undefined;
}

/** Waits before a creation is tried again whose namespace or kind is not there yet, in seconds. */
const RETRIES = [1, 2, 4, 8, 16];

/** How often an object is written that others write to as well. */
const WRITES = 5;

/** The namespace is part of the same deployment, so that its objects can't be tried out yet. */
export class NamespaceMissingError extends Error {}

/** Every write is checked for fields that the API does not know: the official plugin lets them pass in silence. */
const query = (preview: boolean, fieldManager: string): Record<string, string> => ({
  fieldManager,
  fieldValidation: "Strict",
  ...(preview && { dryRun: "All" }),
});

/** Makes an object, and waits a while for the namespace or the kind that it needs. */
export async function create(cluster: Cluster, object: Properties, write: Write): Promise<Properties> {
  for (let tried = 0; ; tried++) {
    try {
      if (cluster.settings.enableServerSideApply && cluster.settings.upsertExistingObjects) {
        return await apply(cluster, object, nameOf(object), {
          ...write,
          force: write.preview || isForced(cluster, object),
        });
      }
      const path = await cluster.pathOf(object, { create: true });
      return await cluster.send({ method: "POST", path, query: query(write.preview, CREATOR), body: object });
    } catch (error) {
      if (write.preview && isNamespaceMissing(error)) throw new NamespaceMissingError((error as Error).message);
      const seconds = RETRIES[tried];
      const mayCome = isNotFound(error) || error instanceof NoMatchError;
      if (!mayCome || seconds === undefined || write.signal?.aborted) throw error;
      await sleep(seconds * 1_000, undefined, write.signal && { signal: write.signal });
    }
  }
}

/** Brings an object in the cluster to new inputs. */
export async function update(
  cluster: Cluster,
  inputs: Properties,
  { live, inputs: olds }: Checkpoint,
  write: Write,
): Promise<Properties> {
  if (inputs.kind === "CustomResourceDefinition") return replace(cluster, live, write, () => inputs);
  if (!cluster.settings.enableServerSideApply) {
    const original = pruneObject(live, normalizeInputs(olds));
    return replace(cluster, live, write, (before) => mergeThreeWay(original, inputs, before));
  }
  const path = await cluster.pathOf(live);
  const before = await cluster.get(live);
  const force =
    isForced(cluster, inputs) || (write.preview && isOwnedByCreator(before)) || managedFieldsOf(before).length === 0;
  if (!write.preview) {
    const value = takenOver(before, write.fieldManager);
    const patch = [{ op: "replace", path: "/metadata/managedFields", value }];
    const contentType = "application/json-patch+json";
    if (value) await cluster.send({ method: "PATCH", path, body: patch, contentType });
  }
  return apply(cluster, inputs, nameOf(live), { ...write, force });
}

/** Writes a whole object over the one that is there; again when somebody else has just written to it. */
async function replace(
  cluster: Cluster,
  live: Properties,
  { preview, fieldManager }: Write,
  make: (before: Properties) => Properties,
): Promise<Properties> {
  const path = await cluster.pathOf(live);
  for (let tried = 1; ; tried++) {
    const before = await cluster.get(live);
    const body = withMetadata(make(before), { resourceVersion: metadataOf(before).resourceVersion });
    try {
      return await cluster.send({ method: "PUT", path, query: query(preview, fieldManager), body });
    } catch (error) {
      if (!isConflict(error) || tried === WRITES) throw error;
    }
  }
}

async function apply(
  cluster: Cluster,
  object: Properties,
  name: string,
  { preview, fieldManager, force }: Write & { force: boolean },
): Promise<Properties> {
  try {
    return await cluster.send({
      method: "PATCH",
      path: await cluster.pathOf(object, { name }),
      query: { ...query(preview, fieldManager), force: String(force) },
      // JSON is YAML.
      contentType: "application/apply-patch+yaml",
      body: object,
    });
  } catch (error) {
    if (!isConflict(error)) throw error;
    throw new Error(
      "server-side apply field conflict detected, see https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/" +
        "managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for troubleshooting " +
        `help\nThe resource managed by field manager "${fieldManager}" had an apply conflict: ${(error as Error).message}`,
    );
  }
}

const isForced = ({ settings }: Cluster, inputs: Properties): boolean =>
  settings.enablePatchForce || annotationOf(inputs, "pulumi.com/patchForce") === "true";

/** A failed creation in the words of the official plugin. */
export function creationFailure(urn: string, apiVersion: string, kind: string, error: unknown): Error {
  const why = (error as Error).message;
  if (error instanceof NoMatchError) {
    return new Error(
      `creation of resource "${urn}" with kind ${apiVersion}/${kind} failed because the Kubernetes API server reported ` +
        `that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: ${why}`,
    );
  }
  const hint = isAlreadyExists(error) ? "\n\nThe resource already exists in the cluster." : "";
  return new Error(`resource "${urn}" was not successfully created by the Kubernetes API server: ${why}${hint}`);
}
