import type { JsonObject, JsonValue } from "../../common/clients/endpoint";

/** The texts that `readablePlaceholder` writes, for the user to replace. */
const PLACEHOLDER = /<[A-Za-z_][A-Za-z0-9_]*>/;

/**
 * Whether an entry is what we wrote. Key order does not count, and where we wrote a placeholder such as `<API_KEY>` any
 * text may stand: the user was asked to put the secret there. Nothing else may differ.
 */
export function isOurs(existing: JsonValue | undefined, written: JsonValue | undefined): boolean {
  if (typeof written === "string") return typeof existing === "string" && matches(existing, written);
  if (isNested(written) && isNested(existing) && Array.isArray(written) === Array.isArray(existing)) {
    const keys = Object.keys(written);
    return (
      keys.length === Object.keys(existing).length &&
      keys.every((key) => Object.hasOwn(existing, key) && isOurs(member(existing, key), member(written, key)))
    );
  }
  return existing === written;
}

/** The next entry, with what the user put in the place of placeholders that it has at the same place as the last one. */
export function keepFilledIn(existing: JsonObject, written: JsonObject, next: JsonObject): JsonObject {
  return keep(existing, written, next) as JsonObject;
}

function keep(existing: JsonValue | undefined, written: JsonValue | undefined, next: JsonValue): JsonValue {
  if (typeof next === "string") {
    return typeof existing === "string" && written === next && PLACEHOLDER.test(next) ? existing : next;
  }
  const inner = (key: string) =>
    [
      isNested(existing) ? member(existing, key) : undefined,
      isNested(written) ? member(written, key) : undefined,
    ] as const;
  if (Array.isArray(next)) return next.map((item, index) => keep(...inner(String(index)), item));
  if (!isNested(next)) return next;
  return Object.fromEntries(Object.entries(next).map(([key, value]) => [key, keep(...inner(key), value)]));
}

function matches(existing: string, written: string): boolean {
  if (existing === written) return true;
  const fixed = written.split(PLACEHOLDER);
  if (fixed.length === 1) return false;
  const pattern = fixed.map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join(".*");
  return new RegExp(`^${pattern}$`, "s").test(existing);
}

function isNested(value: JsonValue | undefined): value is JsonObject | JsonValue[] {
  return value !== null && typeof value === "object";
}

function member(value: JsonObject | JsonValue[], key: string): JsonValue | undefined {
  return Array.isArray(value) ? value[Number(key)] : value[key];
}
