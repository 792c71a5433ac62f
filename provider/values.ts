import { isDeepStrictEqual } from "node:util";

/** What the engine hands to a provider in place of a value that is not known before the update. Source: runtime/rpc.ts of @pulumi/pulumi. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether any of the named inputs differs, an unknown one counting as different. */
export function anyChanged(olds: object, news: object, keys: readonly string[]): boolean {
  const before = olds as Record<string, unknown>;
  const after = news as Record<string, unknown>;
  return keys.some((key) => !isDeepStrictEqual(before[key], after[key]));
}

/**
 * What a diff says of inputs that alone decide. Where one of the named differs, the answer is left to the engine: it
 * compares all inputs by itself, and shows only what differs, where it would print every input after a plain yes.
 * Only for kinds whose outputs repeat these inputs, as no refresh changes them. Source: diffResource in
 * pkg/resource/deploy/step_generator.go of pulumi/pulumi.
 */
export const changesOf = (olds: object, news: object, keys: readonly string[]): false | undefined =>
  anyChanged(olds, news, keys) ? undefined : false;

/** What a provider's `read` returns for a resource that no longer exists: the engine drops it from the state. */
export const GONE = { id: "" };
