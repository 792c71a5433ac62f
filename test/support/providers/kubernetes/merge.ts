import { isProperties, type Properties, stableText, type Value } from "../values";
import { isBuiltIn, kindOf } from "./kind";

// Client-side apply: a live object gets what the new inputs say, and loses what only the old inputs said. Lists of
// built-in kinds are merged by the key of their elements, as Kubernetes' strategic merge patch does it.

/** Keys of the elements of lists; all other lists are replaced as a whole. */
const MERGE_KEYS: Record<string, string> = {
  containers: "name",
  "containers.ports": "containerPort",
  env: "name",
  hostAliases: "ip",
  imagePullSecrets: "name",
  initContainers: "name",
  "initContainers.ports": "containerPort",
  secrets: "name",
  "spec.ports": "port",
  topologySpreadConstraints: "topologyKey",
  volumeDevices: "devicePath",
  volumeMounts: "mountPath",
  volumes: "name",
};

/** Objects that are one of several kinds, so that they keep nothing of an earlier one. */
const RETAINED = new Set(["spec.strategy", "spec.volumes"]);

/**
 * The live object as an update makes it.
 *
 * @param original what the program gave before
 * @param modified what it gives now
 */
export function mergeThreeWay(original: Properties, modified: Properties, live: Properties): Properties {
  const merge = new Merge(isBuiltIn(kindOf(modified)));
  return merge.objects("", original, modified, live);
}

class Merge {
  constructor(private readonly strategic: boolean) {}

  /** @param at key of the objects, or of the list that they are in */
  objects(at: string, original: Properties, modified: Properties, live: Properties): Properties {
    const result: Properties = { ...live };
    for (const key of Object.keys(original)) if (modified[key] === undefined) delete result[key];
    for (const [key, value] of Object.entries(modified)) {
      result[key] = this.values(key, at, original[key], value, live[key]);
    }
    return result;
  }

  private values(
    key: string,
    at: string,
    original: Value | undefined,
    modified: Value,
    live: Value | undefined,
  ): Value {
    if (isProperties(modified)) {
      const before = isProperties(original) ? original : {};
      const merged = this.objects(key, before, modified, isProperties(live) ? live : {});
      return this.retained(`${at}.${key}`, merged, modified);
    }
    if (!Array.isArray(modified) || !Array.isArray(live)) return modified;
    if (this.strategic && key === "finalizers")
      return this.union(Array.isArray(original) ? original : [], modified, live);
    const mergeKey = this.strategic ? (MERGE_KEYS[`${at}.${key}`] ?? MERGE_KEYS[key]) : undefined;
    if (mergeKey === undefined) return modified;
    return this.lists(key, at, mergeKey, Array.isArray(original) ? original : [], modified, live);
  }

  /** Elements in their new order, one a key; those that others have added come last. */
  private lists(
    key: string,
    at: string,
    mergeKey: string,
    original: Value[],
    modified: Value[],
    live: Value[],
  ): Value[] {
    const keyed = (list: Value[]) =>
      new Map(list.filter(isProperties).map((one) => [stableText(one[mergeKey]), one] as const));
    const [before, now] = [keyed(original), keyed(live)];
    const own = new Map<string, Properties>();
    for (const one of modified.filter(isProperties)) {
      const name = stableText(one[mergeKey]);
      const merged = this.objects(key, before.get(name) ?? {}, one, own.get(name) ?? now.get(name) ?? {});
      own.set(name, this.retained(`${at}.${key}`, merged, one));
    }
    const others = [...now].filter(([name]) => !own.has(name) && !before.has(name)).map(([, one]) => one);
    return [...own.values(), ...others];
  }

  private union(original: Value[], modified: Value[], live: Value[]): Value[] {
    return [...new Set([...live.filter((one) => !original.includes(one)), ...modified])];
  }

  private retained(place: string, merged: Properties, modified: Properties): Properties {
    if (!this.strategic || !RETAINED.has(place)) return merged;
    return Object.fromEntries(Object.entries(merged).filter(([key]) => modified[key] !== undefined));
  }
}
