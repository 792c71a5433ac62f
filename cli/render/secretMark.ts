// Marks of a secret on the wire. Source: specialSigKey and specialSecretSig in runtime/rpc.ts of @pulumi/pulumi.
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const IS_SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A value as a program hands a secret to the engine, and as the engine hands one back. */
export const asSecret = (value: unknown): object => ({ [SIGNATURE]: IS_SECRET, value });

/**
 * A value without the marks of the secrets in it.
 * @param found takes the path of each secret
 */
export function withoutMarks(value: unknown, found: (path: string) => void = () => {}, path = ""): unknown {
  if (Array.isArray(value)) return value.map((item, index) => withoutMarks(item, found, `${path}[${index}]`));
  if (typeof value !== "object" || value === null) return value;
  const mapping = value as Record<string, unknown>;
  if (mapping[SIGNATURE] === IS_SECRET) {
    found(path);
    return withoutMarks(mapping.value, () => {}, path);
  }
  return Object.fromEntries(
    Object.entries(mapping).map(([key, item]) => [key, withoutMarks(item, found, path ? `${path}.${key}` : key)]),
  );
}
