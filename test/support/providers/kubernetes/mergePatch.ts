import { isProperties, type Properties, sameValue } from "../values";

/**
 * What brings the fields that were set before to what is to be set now, as a JSON merge patch (RFC 7386): a field that is
 * left out now is removed, and one that was never set stays as the cluster has it. Lists are replaced as a whole.
 */
export function mergePatch(before: Properties, after: Properties): Properties {
  const removed = Object.keys(before).filter((key) => after[key] === undefined);
  const changed = Object.entries(after).filter(([key, value]) => !sameValue(before[key], value));
  return {
    ...Object.fromEntries(removed.map((key) => [key, null])),
    ...Object.fromEntries(
      changed.map(([key, value]) => {
        const old = before[key];
        return [key, isProperties(old) && isProperties(value) ? mergePatch(old, value) : value];
      }),
    ),
  };
}
