/** Maps from the name of a resource to a quantity, by the field that holds them. */
const MAPS = new Set(["limits", "requests", "hard", "default", "defaultRequest", "max", "min"]);
/** Fields that are a quantity themselves. */
const FIELDS = new Set(["sizeLimit", "averageValue"]);

/**
 * An object with its quantities as Kubernetes writes them itself, such as 500m for 0.5. The provider sends them so, and
 * the server takes another spelling for a change that somebody else made.
 */
export function withCanonicalQuantities<T>(value: T): T {
  return walk(value) as T;
}

function walk(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item));
  if (typeof value !== "object" || value === null) return FIELDS.has(key) ? canonical(value) : value;
  if (key === "metadata") return value;
  const isMap = MAPS.has(key);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, isMap ? canonical(item) : walk(item, name)]),
  );
}

const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const NANO = 10n ** 9n;

/** A quantity in its canonical form. What is none stays. Source: Quantity.CanonicalizeBytes of k8s.io/apimachinery. */
export function canonical(given: unknown): unknown {
  const [, sign = "", whole = "", fraction = "", suffix = ""] =
    /^([+-]?)(\d*)(?:\.(\d*))?([numkMGTPE]|[KMGTPE]i)?$/.exec(String(given)) ?? [];
  if (`${whole}${fraction}` === "" || !["string", "number"].includes(typeof given)) return given;
  const isBinary = BINARY.includes(suffix) && suffix !== "";
  const unit = isBinary ? 1024n ** BigInt(BINARY.indexOf(suffix)) * NANO : 1000n ** BigInt(DECIMAL.indexOf(suffix));
  const scale = 10n ** BigInt(fraction.length);
  const digits = BigInt(`${whole}${fraction}`) * unit;
  // Nothing is smaller than a billionth; the rest is rounded up.
  const value = (digits + scale - 1n) / scale;
  const text = isBinary && value >= 1024n * NANO && value % NANO === 0n ? binary(value / NANO) : decimal(value);
  return sign === "-" && text !== "0" ? `-${text}` : text;
}

const binary = (value: bigint): string => shortened(value, 1024n, BINARY);
const decimal = (value: bigint): string => (value === 0n ? "0" : shortened(value, 1000n, DECIMAL));

/** The value with the largest suffix that leaves it whole. */
function shortened(value: bigint, base: bigint, suffixes: string[]): string {
  let rest = value;
  let at = 0;
  while (at < suffixes.length - 1 && rest % base === 0n) {
    rest /= base;
    at++;
  }
  return `${rest}${suffixes[at]}`;
}
