import { containsUnknown, isProperties, type Properties, type Value } from "../values";
import { isBuiltIn, isSecretKind, kindOf } from "./kind";
import { objectAt, withMetadata } from "./object";
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
const QUANTITIES = new Set(["averageValue", "sizeLimit", "target.value"]);

/** Maps whose entries are the user's own, so that an empty value in them is a value. */
const FREE_MAPS = new Set(["annotations", "binaryData", "data", "labels", "matchLabels", "nodeSelector", "parameters"]);

/** Objects that mean nothing when they are empty. */
const LEFT_OUT_WHEN_EMPTY = new Set([...FREE_MAPS, ...QUANTITY_MAPS, "stringData"]);

/** Empty texts and lists that Go does not leave out, after the key of the object or list that they are in. */
const KEPT_EMPTY = new Set([
  ".rules",
  "httpHeaders.value",
  "projected.sources",
  "roleRef.apiGroup",
  "rules.verbs",
  "spec.containers",
  "spec.ingressClassName",
  "spec.limits",
  "spec.serviceName",
  "spec.storageClassName",
  "spec.volumeMode",
]);

/** Flags and numbers that Go leaves out when they are false or zero; for all others that is a value like any. */
const LEFT_OUT_WHEN_ZERO = new Set([
  "failureThreshold",
  "globalDefault",
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
  "timeoutSeconds",
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

/** @param at key of the object, or of the list that it is in */
function normalizeObject(object: Properties, at = ""): Properties {
  const entries = Object.entries(object)
    .map(([key, value]): [string, Value] => [key, normalizeValue(key, at, value)])
    .filter(([key, value]) => key === "metadata" || !isLeftOut(key, at, value));
  return Object.fromEntries(entries);
}

function normalizeValue(key: string, at: string, value: Value): Value {
  if (QUANTITIES.has(key) || QUANTITIES.has(`${at}.${key}`)) return quantity(value);
  if (Array.isArray(value)) return value.map((one) => (isProperties(one) ? normalizeObject(one, key) : one));
  if (!isProperties(value) || FREE_MAPS.has(key)) return value;
  const isFlat = Object.values(value).every((one) => typeof one !== "object");
  // A Service's selector is a map of labels; all others have `matchLabels`.
  if (key === "selector" && isFlat) return value;
  if (!isFlat || !QUANTITY_MAPS.has(key)) return normalizeObject(value, key);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, quantity(one)]));
}

const quantity = (value: Value): Value =>
  typeof value === "string" || typeof value === "number" ? canonicalQuantity(String(value)) : value;

function isLeftOut(key: string, at: string, value: Value): boolean {
  if (value === null) return true;
  if (isProperties(value)) return Object.keys(value).length === 0 && LEFT_OUT_WHEN_EMPTY.has(key);
  if (value === "" || (Array.isArray(value) && value.length === 0)) return !KEPT_EMPTY.has(`${at}.${key}`);
  return (value === false || value === 0) && LEFT_OUT_WHEN_ZERO.has(key);
}
