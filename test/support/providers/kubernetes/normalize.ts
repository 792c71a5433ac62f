import { containsUnknown, isProperties, type Properties, type Value } from "../values";
import { isBuiltIn, isSecretKind, kindOf } from "./kind";
import { metadataOf, objectAt, withMetadata } from "./object";
import { canonicalQuantity } from "./quantity";

// The official plugin reads inputs of built-in kinds into the API's Go types and writes them out again, so that what
// means the same looks the same. This does what of it matters: quantities, zero values that Go leaves out, and Secrets.

/** Maps from names to quantities. */
const QUANTITY_MAPS = new Set([
  "capacity",
  "default",
  "defaultRequest",
  "hard",
  "limits",
  "max",
  "maxLimitRequestRatio",
  "min",
  "overhead",
  "requests",
]);
const QUANTITIES = new Set(["averageValue", "sizeLimit"]);

/** Maps whose entries are the user's own, so that an empty value in them is a value. */
const FREE_MAPS = new Set(["annotations", "binaryData", "data", "labels", "matchLabels", "nodeSelector", "parameters"]);

/** Objects that mean nothing when they are empty. */
const LEFT_OUT_WHEN_EMPTY = new Set([...FREE_MAPS, ...QUANTITY_MAPS, "stringData"]);

/** Empty texts and lists that Go does not leave out. */
const KEPT_EMPTY = new Set(["apiGroup", "ingressClassName", "rules", "storageClassName", "volumeMode"]);

/** Flags and numbers that Go leaves out when they are false or zero; for all others that is a value like any. */
const LEFT_OUT_WHEN_ZERO = new Set([
  "failureThreshold",
  "hostIPC",
  "hostNetwork",
  "hostPID",
  "hostPort",
  "initialDelaySeconds",
  "minReadySeconds",
  "nodePort",
  "paused",
  "periodSeconds",
  "publishNotReadyAddresses",
  "readOnly",
  "stdin",
  "stdinOnce",
  "successThreshold",
  "tty",
]);

/** What the API server alone decides. */
const READ_ONLY = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];

/** Inputs in the form in which they are compared and sent. With unknown values in them they stay as they are. */
export function normalizeInputs(inputs: Properties): Properties {
  let normal = inputs;
  if (!containsUnknown(inputs) && isBuiltIn(kindOf(inputs))) {
    normal = isSecretKind(kindOf(inputs)) ? normalizeSecret(inputs) : normalizeObject(inputs);
  }
  if (!isProperties(normal.metadata)) return normal;
  return withMetadata(normal, Object.fromEntries(READ_ONLY.map((key) => [key, undefined])));
}

/** A Secret holds `stringData` as `data`, in base64. */
function normalizeSecret(inputs: Properties): Properties {
  const { stringData, ...rest } = inputs;
  const texts = Object.entries(objectAt(inputs, "stringData"));
  if (texts.length === 0) return inputs;
  const encoded = texts.map(([key, text]) => [key, Buffer.from(String(text)).toString("base64")]);
  return { ...rest, data: { ...objectAt(inputs, "data"), ...Object.fromEntries(encoded) } };
}

function normalizeObject(object: Properties): Properties {
  const entries = Object.entries(object)
    .map(([key, value]): [string, Value] => [key, normalizeValue(key, value)])
    .filter(([key, value]) => key === "metadata" || !isLeftOut(key, value));
  return Object.fromEntries(entries);
}

function normalizeValue(key: string, value: Value): Value {
  if (QUANTITIES.has(key)) return quantity(value);
  if (FREE_MAPS.has(key)) return value;
  if (Array.isArray(value)) return value.map((one) => (isProperties(one) ? normalizeObject(one) : one));
  if (!isProperties(value)) return value;
  // A probe's or volume's own `limits` and `default` are no maps of quantities.
  const holdsQuantities = QUANTITY_MAPS.has(key) && Object.values(value).every((one) => typeof one !== "object");
  if (holdsQuantities) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, quantity(one)]));
  return normalizeObject(value);
}

const quantity = (value: Value): Value =>
  typeof value === "string" || typeof value === "number" ? canonicalQuantity(String(value)) : value;

function isLeftOut(key: string, value: Value): boolean {
  if (value === null) return true;
  if (isProperties(value)) return Object.keys(value).length === 0 && LEFT_OUT_WHEN_EMPTY.has(key);
  if (value === "" || (Array.isArray(value) && value.length === 0)) return !KEPT_EMPTY.has(key);
  return (value === false || value === 0) && LEFT_OUT_WHEN_ZERO.has(key);
}

/** Whether the inputs' metadata can be read. */
export const hasMetadata = (inputs: Properties): boolean => Object.keys(metadataOf(inputs)).length > 0;
