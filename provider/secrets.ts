/** How the engine marks a secret among the values that it hands over. Source: runtime/rpc.ts of @pulumi/pulumi. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

type Values = Record<string, unknown>;

/** Plain values, and the names of those that hold a secret anywhere. */
export function unwrap(values: Values = {}): { plain: Values; secret: Set<string> } {
  const secret = new Set<string>();
  const plain = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, reveal(value, () => secret.add(name))]),
  );
  return { plain, secret };
}

/**
 * Marks values as secret again, each as a whole: what a provider returns unmarked stands in the state in clear.
 * @param secret names of the values to mark
 */
export function wrap(values: Values, secret: ReadonlySet<string>): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) =>
      secret.has(name) && value !== undefined ? [name, { [SIGNATURE]: SECRET, value }] : [name, value],
    ),
  );
}

function reveal(value: unknown, found: () => void): unknown {
  if (Array.isArray(value)) return value.map((item) => reveal(item, found));
  if (value === null || typeof value !== "object") return value;
  const object = value as Values;
  if (object[SIGNATURE] === SECRET) {
    found();
    return reveal(object.value, found);
  }
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, reveal(item, found)]));
}
