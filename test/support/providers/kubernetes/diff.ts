import type { ChangeKind, Diff, DiffContext } from "../resource";
import { containsUnknown, isProperties, type Properties, sameValue, UNKNOWN, type Value } from "../values";
import type { Checkpoint } from "./checkpoint";
import { isBuiltIn, isNamespaced, kindOf } from "./kind";
import { isAutonamed, isNamed } from "./naming";
import { normalizeInputs } from "./normalize";
import { nameOf, namespaceOf, withMetadata } from "./object";
import { pruneObject } from "./prune";
import { replacedPaths } from "./replacement";
import type { Settings } from "./settings";

/** A key of an object, or a place in a list. */
type Step = string | number;

/** What differs, by path. */
interface Change {
  path: Step[];
  kind: ChangeKind;
  /** The new value; undefined where there is none any more. */
  value: Value | undefined;
}

/**
 * What an update to new inputs would change, without asking the cluster: the live object of the last operation, as far
 * as the old inputs gave it, is compared with the new inputs.
 */
export function compare(
  { inputs: oldInputs, live }: Checkpoint,
  inputs: Properties,
  settings: Settings,
  { ignoreChanges = [] }: Partial<DiffContext> = {},
): Diff {
  let wanted = normalizeInputs(inputs);
  let before = pruneObject(live, normalizeInputs(oldInputs));
  const kind = kindOf(wanted);
  // Of a custom kind the live object tells whether it belongs to a namespace.
  const namespaced = isBuiltIn(kind) ? isNamespaced(kind) : namespaceOf(live) !== "";
  const namespace = (object: Properties) => (namespaced ? namespaceOf(object) || "default" : undefined);
  before = withMetadata(before, { namespace: namespace(before), resourceVersion: undefined });
  wanted = withMetadata(wanted, { namespace: namespace(wanted) });
  if (nameOf(wanted) !== "") before = withMetadata(before, { name: nameOf(live) });

  const found = differences([], before, wanted).filter(({ path }) => !isIgnored(pathText(path), ignoreChanges));
  const replacing = replacedPaths(wanted, settings);
  const replaces = found
    .filter((change) => isAllMetadata(change) || replacing.some((path) => touches(change, path)))
    .map(({ path }) => pathText(path));
  return {
    changes: Object.fromEntries(found.map((change) => [pathText(change.path), change.kind])),
    replaces,
    // Two objects can't have one name: then the old one goes first.
    deleteBeforeReplace:
      replaces.length > 0 &&
      isNamed(wanted) &&
      !isAutonamed(wanted) &&
      nameOf(wanted) === nameOf(live) &&
      namespaceOf(wanted) === namespaceOf(live),
  };
}

function differences(path: Step[], before: Value | undefined, after: Value | undefined): Change[] {
  if (after === undefined || after === null) {
    return before === undefined || before === null ? [] : [{ path, kind: "delete", value: undefined }];
  }
  if (before === undefined) return [{ path, kind: "add", value: after }];
  // As the official plugin has it: an unknown object is compared as an empty one.
  if (after === UNKNOWN) {
    return isProperties(before) ? differences(path, before, {}) : [{ path, kind: "update", value: after }];
  }
  if (isProperties(before) && isProperties(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences([...path, key], before[key], after[key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    // By place, as the official plugin does: an order that changes is a change.
    const places = [...Array(Math.max(before.length, after.length)).keys()];
    return places.flatMap((place) => differences([...path, place], before[place], after[place]));
  }
  return sameValue(before, after) && !containsUnknown(after) ? [] : [{ path, kind: "update", value: after }];
}

/** Whether the program names the object no more, nor anything of its metadata. */
const isAllMetadata = ({ path, kind }: Change): boolean => kind === "delete" && pathText(path) === "metadata";

/** Whether a change is at, within or around a path such as `spec.containers[*].image`. */
function touches({ path, value }: Change, pattern: string): boolean {
  const wanted = pattern.replaceAll("[*]", ".*").split(".");
  const fits = path.every((step, index) => {
    const one = wanted[index];
    return one === undefined || one === step || (one === "*" && typeof step === "number");
  });
  return fits && holds(value, wanted.slice(path.length));
}

function holds(value: Value | undefined, [first, ...rest]: string[]): boolean {
  if (first === undefined) return true;
  // A list that goes, or is empty, counts as one in which everything changes.
  if (first === "*" && value === undefined) return true;
  if (first === "*") return Array.isArray(value) && (value.length === 0 || value.some((one) => holds(one, rest)));
  return isProperties(value) && value[first] !== undefined && holds(value[first], rest);
}

function isIgnored(path: string, ignored: string[]): boolean {
  return ignored.some((one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`));
}

/** A path as Pulumi writes it: `metadata.labels["app.kubernetes.io/name"]`. */
function pathText(path: Step[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (/[."[\]]/.test(step)) return `${text}["${step.replaceAll('"', '\\"')}"]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}
