import { isProperties, type Properties, textOf, UNKNOWN, type Value } from "../values";

export const metadataOf = (object: Properties): Properties => objectAt(object, "metadata");
export const nameOf = (object: Properties): string => textOf(metadataOf(object).name);

/** The object's namespace; empty when it has none, or one that is not known yet: the official plugin takes that for none. */
export function namespaceOf(object: Properties): string {
  const namespace = textOf(metadataOf(object).namespace);
  return namespace === UNKNOWN ? "" : namespace;
}

/** The value at a path of keys. */
export function at(object: Value | undefined, ...keys: string[]): Value | undefined {
  let value = object;
  for (const key of keys) value = isProperties(value) ? value[key] : undefined;
  return value;
}

/** The object at a path of keys; an empty one when there is none. */
export function objectAt(object: Value | undefined, ...keys: string[]): Properties {
  const value = at(object, ...keys);
  return isProperties(value) ? value : {};
}

/** The object with other metadata; what is undefined goes. Metadata that is not known yet stays as it is. */
export function withMetadata(object: Properties, changes: Record<string, Value | undefined>): Properties {
  const isRemoval = Object.values(changes).every((value) => value === undefined);
  if (object.metadata === undefined ? isRemoval : !isProperties(object.metadata)) return object;
  const metadata = Object.entries({ ...metadataOf(object), ...changes }).filter(
    (entry): entry is [string, Value] => entry[1] !== undefined,
  );
  return { ...object, metadata: Object.fromEntries(metadata) };
}

/** The value of an annotation; empty when there is none. */
export const annotationOf = (object: Properties, name: string): string =>
  textOf(objectAt(object, "metadata", "annotations")[name]);

/** An object's id in the state: its name, after its namespace where it has one. */
export function idOf(object: Properties): string {
  const namespace = namespaceOf(object);
  return namespace === "" ? nameOf(object) : `${namespace}/${nameOf(object)}`;
}

export function parseId(id: string): { namespace: string; name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined ? { namespace: "", name: first } : { namespace: first, name: second };
}
