import { isProperties, type Properties, type Value } from "../values";

/** An object as far as another has the same keys: of what is in the cluster, what the program once gave. */
export function pruneObject(object: Properties, shape: Properties): Properties {
  const entries = Object.entries(object)
    .filter(([key]) => shape[key] !== undefined)
    .map(([key, value]) => [key, pruneValue(value, shape[key] ?? null)]);
  return Object.fromEntries(entries);
}

function pruneValue(value: Value, shape: Value): Value {
  if (isProperties(value) && isProperties(shape)) return pruneObject(value, shape);
  if (!Array.isArray(value) || !Array.isArray(shape)) return value;
  return value.slice(0, shape.length).map((one, index) => pruneValue(one, shape[index] ?? null));
}
