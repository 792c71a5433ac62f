import { createHash, randomBytes } from "node:crypto";
import { isProperties, type Properties, UNKNOWN, type Value } from "../values";
import { annotationOf, metadataOf, nameOf, objectAt, withMetadata } from "./object";

/** Marks objects whose name Pulumi made up. */
const AUTONAMED = "pulumi.com/autonamed";

export const isAutonamed = (object: Properties): boolean => annotationOf(object, AUTONAMED) === "true";

/** Whether the program gives the name, be it one that is not known yet. */
export const isNamed = (object: Properties): boolean => nameOf(object) !== "" || object.metadata === UNKNOWN;

/**
 * Names an object that the program does not name: as before, or after the resource.
 *
 * @param olds earlier inputs; empty for a new object, and for one that replaces another
 */
export function autonamed(inputs: Properties, olds: Properties, resourceName: string, seed: Uint8Array): Properties {
  if (isNamed(inputs) || metadataOf(inputs).generateName !== undefined) return inputs;
  if (Object.keys(olds).length === 0) return named(inputs, `${resourceName}-${suffix(seed)}`);
  return isAutonamed(olds) ? named(inputs, nameOf(olds)) : inputs;
}

function named(inputs: Properties, name: string): Properties {
  const annotations: Value | undefined = metadataOf(inputs).annotations;
  // What is not known yet can't be added to.
  const marked = annotations === undefined || isProperties(annotations);
  return withMetadata(inputs, {
    name,
    ...(marked && { annotations: { ...objectAt(inputs, "metadata", "annotations"), [AUTONAMED]: "true" } }),
  });
}

/** Eight hexadecimal digits: the same for the same seed, so that a preview and the deployment after it agree. */
export const suffix = (seed: Uint8Array): string =>
  createHash("sha256")
    .update(seed.length > 0 ? seed : randomBytes(8))
    .digest("hex")
    .slice(0, 8);
