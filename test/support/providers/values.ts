/** A property value in the form that the provider protocol carries. */
export type Value = null | boolean | number | string | Value[] | Properties;
export interface Properties {
  [key: string]: Value;
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Stands in a preview for what is known only after the deployment. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isProperties(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecret(value: Value | undefined): value is Properties {
  return isProperties(value) && value[SIGNATURE] === SECRET;
}

export function secret(value: Value): Value {
  return containsSecret(value) ? { [SIGNATURE]: SECRET, value: plain(value) } : { [SIGNATURE]: SECRET, value };
}

/** The value with every secret in it laid open, and without nulls in objects. */
export function plain(value: Value): Value {
  if (isSecret(value)) return plain(value.value ?? null);
  if (Array.isArray(value)) return value.map(plain);
  return isProperties(value) ? plainProperties(value) : value;
}

export function plainProperties(properties: Properties): Properties {
  const entries = Object.entries(properties).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([key, value]) => [key, plain(value)]));
}

export function containsSecret(value: Value | undefined): boolean {
  return isSecret(value) || children(value).some(containsSecret);
}

export function containsUnknown(value: Value | undefined): boolean {
  return value === UNKNOWN || children(value).some(containsUnknown);
}

function children(value: Value | undefined): Value[] {
  if (Array.isArray(value)) return value;
  return isProperties(value) ? Object.values(value) : [];
}

/**
 * Marks in `outs` what is secret in `ins`, as the engine's own AnnotateSecrets does: an array is secret as a whole,
 * since its elements may come in another order.
 */
export function annotateSecrets(outs: Properties, ins: Properties): Properties {
  return Object.fromEntries(Object.entries(outs).map(([key, value]) => [key, annotate(value, ins[key])]));
}

function annotate(out: Value, from: Value | undefined): Value {
  if (!containsSecret(from)) return out;
  if (isSecret(from) || Array.isArray(from)) return isSecret(out) ? out : secret(out);
  return isProperties(out) && isProperties(from) ? annotateSecrets(out, from) : out;
}

/** Whether two values are the same, whatever the order of keys. */
export function sameValue(one: Value | undefined, other: Value | undefined): boolean {
  return stableText(one) === stableText(other);
}

/** JSON with sorted keys. */
export function stableText(value: Value | undefined): string {
  return JSON.stringify(value, (_, inner: Value) =>
    isProperties(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

// Typed access to checked inputs.
export const textOf = (value: Value | undefined): string => (typeof value === "string" ? value : "");
export const numberOf = (value: Value | undefined): number => (typeof value === "number" ? value : 0);
export const flagOf = (value: Value | undefined): boolean => value === true;
export const textsOf = (value: Value | undefined): string[] => (Array.isArray(value) ? value.map(textOf) : []);
export const mapOf = (value: Value | undefined): Record<string, string> =>
  isProperties(value) ? Object.fromEntries(Object.entries(value).map(([key, text]) => [key, textOf(text)])) : {};
export const objectsOf = (value: Value | undefined): Properties[] =>
  Array.isArray(value) ? value.filter(isProperties) : [];
export const objectOf = (value: Value | undefined): Properties | undefined => (isProperties(value) ? value : undefined);
