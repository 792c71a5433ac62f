import { createHash, randomBytes } from "node:crypto";
import { type Checked, type Context, type Diff, type DiffContext, PartialError, type ResourceType } from "./resource";
import {
  type Failure,
  objectType,
  type PackageSchema,
  type PropertySchema,
  type ResourceSchema,
  resourceSchema,
  validateInputs,
} from "./schema";
import {
  annotateSecrets,
  containsUnknown,
  isProperties,
  type Properties,
  plainProperties,
  sameValue,
  secret,
  stableText,
  textOf,
  UNKNOWN,
  type Value,
} from "./values";

/** What a Terraform resource has beyond the Pulumi schema that is made from it. */
export interface Traits {
  token: string;
  /** Values of inputs that the user leaves out; with a dot, inputs of objects: `ports.protocol`. */
  defaults: Record<string, Value>;
  /** Arrays whose order counts; all others are sets. */
  lists: string[];
  /** Sets of at most one object, which the schema shows as an object. */
  objectSets?: string[];
  /** Inputs whose empty value means "as it is". */
  suppressEmpty?: string[];
  /** Inputs within array elements that keep their value when left out, such as a port that the engine chose. */
  computedElements?: Record<string, string>;
  /** Names are made up when left out. */
  autoNamed: boolean;
  alwaysDeleteBeforeReplace?: boolean;
  /** Replace on every change of an input: the schema of a provider that is not bridged does not say it. */
  alwaysReplace?: boolean;
  /** Whether `__defaults` is kept in the inputs, as the bridge does. */
  recordsDefaults: boolean;
  check?(inputs: Properties): Failure[];
}

const DEFAULTS = "__defaults";

/** A resource type that behaves as one of Terraform behind the Pulumi bridge. */
export abstract class BridgedResource implements ResourceType {
  protected readonly schema: ResourceSchema;

  constructor(
    protected readonly traits: Traits,
    private readonly pkg: PackageSchema,
  ) {
    this.schema = resourceSchema(pkg, traits.token);
  }

  /** Makes the resource. Throws PartialError once there is something to remove. */
  protected abstract make(context: Context, inputs: Properties): Promise<string>;
  /** Every output as it is now; undefined when the resource is gone. */
  protected abstract observe(context: Context, id: string, state: Properties): Promise<Properties | undefined>;
  protected abstract change(context: Context, id: string, olds: Properties, news: Properties): Promise<void>;
  protected abstract remove(context: Context, id: string, state: Properties): Promise<void>;

  async check(context: Context, olds: Properties, news: Properties): Promise<Checked> {
    const given = plainProperties(news);
    const failures = validateInputs(this.pkg, this.traits.token, given);
    if (failures.length > 0) return { inputs: news, failures };
    const filled = this.fillDefaults(given, "", this.schema.inputProperties);
    if (this.traits.autoNamed && filled.name === undefined) {
      const former = Array.isArray(olds[DEFAULTS]) && olds[DEFAULTS].includes("name") ? olds.name : undefined;
      filled.name = former ?? `${context.name}-${suffix(context.seed)}`;
      if (Array.isArray(filled[DEFAULTS])) filled[DEFAULTS] = [...filled[DEFAULTS], "name"].sort();
    }
    return { inputs: annotateSecrets(filled, news), failures: this.traits.check?.(filled) ?? [] };
  }

  /** Adds the defaults that are not empty, and notes in each object which those were. */
  private fillDefaults(given: Properties, at: string, properties: Record<string, PropertySchema>): Properties {
    const filled: Properties = {};
    const added: string[] = [];
    for (const [key, property] of Object.entries(properties)) {
      const value = given[key];
      const where = at ? `${at}.${key}` : key;
      const standard = this.traits.defaults[where];
      if (value === undefined && this.traits.recordsDefaults && standard !== undefined && !isEmpty(standard)) {
        filled[key] = standard;
        added.push(key);
      } else if (value !== undefined) {
        const type = objectType(this.pkg, property);
        const inner = (one: Value) =>
          type && isProperties(one) ? this.fillDefaults(one, where, type.properties ?? {}) : one;
        filled[key] = Array.isArray(value) ? value.map(inner) : inner(value);
      }
    }
    return this.traits.recordsDefaults ? { [DEFAULTS]: added.sort(), ...filled } : filled;
  }

  diff(olds: Properties, news: Properties, context?: DiffContext): Diff {
    const old = plainProperties(olds);
    const wanted = plainProperties(withoutIgnored(news, context));
    const changes: Diff["changes"] = {};
    for (const [key, property] of Object.entries(this.schema.properties)) {
      // Also where neither the program nor its last inputs name it, and only the state does, as after a refresh.
      if (context?.ignoreChanges.includes(key)) continue;
      const before = this.normal(key, key, property, old[key]);
      const after = this.normal(key, key, property, wanted[key] ?? this.traits.defaults[key]);
      if (containsUnknown(wanted[key])) changes[key] = "update";
      else if (after === undefined && (this.isComputed(key) || this.isSuppressed(key))) {
        // Collections that a failed creation left unread are read by the next update.
        if (wanted[key] === undefined && olds[key] === null && property.type === "array") changes[key] = "add";
      } else if (!sameValue(before, this.keepComputed(key, before, after))) {
        const absent = old[key] === undefined || isBare(old[key]);
        changes[key] = absent ? "add" : wanted[key] === undefined ? "delete" : "update";
      }
    }
    const replaces = Object.keys(changes).filter(
      (key) => this.traits.alwaysReplace || this.schema.inputProperties[key]?.willReplaceOnChanges,
    );
    return { changes, replaces, deleteBeforeReplace: this.traits.alwaysDeleteBeforeReplace || hasFixedName(wanted) };
  }

  /** The value in a form in which equal ones look alike: sets sorted, empty values left out. */
  private normal(key: string, at: string, property: PropertySchema, value: Value | undefined): Value | undefined {
    if (value === undefined || value === null || isEmpty(value)) return undefined;
    const type = objectType(this.pkg, property);
    if (Array.isArray(value)) {
      const items = property.items ?? {};
      const elements = value.map((one) => this.normal(key, at, items, one) ?? (type ? {} : one));
      if (this.traits.lists.includes(at)) return elements;
      return elements.sort((a, b) => (stableText(a) < stableText(b) ? -1 : 1));
    }
    if (!isProperties(value)) return value;
    const inner = Object.entries(value)
      .filter(([name]) => name !== DEFAULTS)
      .map(([name, one]): [string, Value | undefined] => {
        const nested = type?.properties?.[name] ?? property.additionalProperties ?? {};
        return [name, type ? this.normal(name, `${at}.${name}`, nested, one) : one];
      })
      .filter((entry): entry is [string, Value] => entry[1] !== undefined);
    return inner.length > 0 ? Object.fromEntries(inner) : undefined;
  }

  /** Takes over from the old elements what the new ones leave to the engine. */
  private keepComputed(key: string, before: Value | undefined, after: Value | undefined): Value | undefined {
    const computed = this.traits.computedElements?.[key];
    if (!computed || !Array.isArray(before) || !Array.isArray(after)) return after;
    const rest = (one: Value) => stableText(isProperties(one) ? { ...one, [computed]: null } : one);
    const left = [...before];
    const kept = after.map((one) => {
      if (!isProperties(one) || one[computed] !== undefined) return one;
      const index = left.findIndex((old) => rest(old) === rest(one));
      return (index >= 0 ? left.splice(index, 1)[0] : undefined) ?? one;
    });
    return kept.sort((a, b) => (stableText(a) < stableText(b) ? -1 : 1));
  }

  private leavesElementsOpen(key: string, given: Value | undefined): boolean {
    const computed = this.traits.computedElements?.[key];
    return computed !== undefined && Array.isArray(given) && given.some((one) => isProperties(one) && !one[computed]);
  }

  private isComputed(key: string): boolean {
    const decided = [...(this.schema.requiredInputs ?? []), ...Object.keys(this.traits.defaults), "name"];
    return (this.schema.required ?? []).includes(key) && !decided.includes(key);
  }

  private isSuppressed(key: string): boolean {
    return this.traits.suppressEmpty?.includes(key) ?? false;
  }

  /** The outputs as far as they follow from inputs; what the engine decides comes from `known`, or is null. */
  private planned(inputs: Properties, known: (key: string) => Value | undefined): Properties {
    const outputs: Properties = {};
    for (const [key, property] of Object.entries(this.schema.properties)) {
      const given = inputs[key];
      if (given !== undefined && given !== null) outputs[key] = this.filledOut(key, property, given);
      if (known(key) === UNKNOWN && this.leavesElementsOpen(key, given)) outputs[key] = UNKNOWN;
      else if (given !== undefined && given !== null) continue;
      else if (this.isComputed(key)) outputs[key] = known(key) ?? this.unread(key, property);
      else outputs[key] = this.emptyOutput(key, property);
    }
    return outputs;
  }

  /** A computed output before it is read. Terraform tells lists that are not set from empty ones, but not sets. */
  private unread(key: string, property: PropertySchema): Value {
    return property.type === "array" && !this.traits.lists.includes(key) ? [] : null;
  }

  private emptyOutput(at: string, property: PropertySchema): Value {
    const standard = this.traits.defaults[at];
    if (standard !== undefined) return standard;
    if (property.type === "array" && objectType(this.pkg, property)) return [];
    return null;
  }

  /** A given value with every property of its objects, as the bridge reports it; sets in one order. */
  private filledOut(at: string, property: PropertySchema, value: Value): Value {
    if (value === UNKNOWN) return value;
    const type = objectType(this.pkg, property);
    if (Array.isArray(value)) {
      const elements = value.map((one) => this.filledOut(at, property.items ?? {}, one));
      if (this.traits.lists.includes(at)) return elements;
      return elements.sort((a, b) => (stableText(a) < stableText(b) ? -1 : 1));
    }
    if (!isProperties(value) || !type) return value;
    const filled: Properties = {};
    for (const [key, nested] of Object.entries(type.properties ?? {})) {
      const where = `${at}.${key}`;
      const inner = value[key];
      if (inner !== undefined && inner !== null) filled[key] = this.filledOut(where, nested, inner);
      else if (this.traits.defaults[where] !== undefined) filled[key] = this.traits.defaults[where];
      else if (nested.type === "string") filled[key] = "";
      else filled[key] = nested.type === "array" ? [] : null;
    }
    return filled;
  }

  private filledOutAll(seen: Properties): Properties {
    const entries = Object.entries(seen).map(([key, value]): [string, Value] => {
      const property = this.schema.properties[key];
      return [key, property && value !== null ? this.filledOut(key, property, value) : value];
    });
    return Object.fromEntries(entries);
  }

  async create(context: Context, inputs: Properties): Promise<{ id: string; outputs: Properties }> {
    const given = plainProperties(inputs);
    const plan = this.planned(given, () => (context.preview ? UNKNOWN : undefined));
    if (context.preview) return { id: "", outputs: this.withSecrets(plan, inputs) };
    let id: string;
    try {
      id = await this.make(context, given);
    } catch (error) {
      if (!(error instanceof PartialError)) throw error;
      throw new PartialError(error.message, error.id, this.withSecrets({ ...plan, ...error.outputs }, inputs));
    }
    const seen = await this.observe(context, id, plan);
    if (!seen) throw new Error(`${this.traits.token} ${id} was removed while it was being made`);
    const outputs = Object.fromEntries(
      Object.entries(plan).map(([key, value]) => [key, this.settled(key, value, seen[key], given[key] !== undefined)]),
    );
    return { id, outputs: this.withSecrets({ ...outputs, id }, inputs) };
  }

  /** What a creation reports: what is read, but sets that were given as they were given. */
  private settled(key: string, plan: Value, read: Value | undefined, given: boolean): Value {
    if (read === undefined || (given && this.isSet(key))) return plan;
    return isBare(read) && !given && !this.isComputed(key) ? plan : read;
  }

  private isSet(key: string): boolean {
    const { lists, objectSets = [], computedElements = {} } = this.traits;
    if (objectSets.includes(key)) return true;
    return this.schema.properties[key]?.type === "array" && !lists.includes(key) && computedElements[key] === undefined;
  }

  async read(context: Context, id: string, state: Properties, inputs: Properties) {
    const before = plainProperties(state);
    const seen = await this.observe(context, id, before);
    if (!seen) return undefined;
    const outputs = { ...state, ...this.filledOutAll(seen) };
    const given = Object.entries(plainProperties(inputs)).map(([key, value]): [string, Value] => {
      const property = this.schema.inputProperties[key];
      if (!property) return [key, value];
      const now = this.normal(key, key, property, plainProperties(outputs)[key]);
      const was = this.normal(key, key, property, value);
      const read = plainProperties(outputs)[key];
      return [key, sameValue(now, this.keepComputed(key, now, was)) || read === undefined ? value : read];
    });
    return {
      id: textOf(seen.id) || id,
      outputs: annotateSecrets(this.withSecrets(outputs, state), inputs),
      inputs: annotateSecrets(Object.fromEntries(given), inputs),
    };
  }

  async update(context: Context, id: string, olds: Properties, news: Properties): Promise<Properties> {
    const wanted = plainProperties(news);
    if (!context.preview) await this.change(context, id, plainProperties(olds), wanted);
    const before = plainProperties(olds);
    const planned = Object.entries(this.planned(wanted, (key) => before[key])).map(([key, value]): [string, Value] => {
      const old = before[key];
      return [key, value === null && old !== undefined && isEmpty(old) ? old : value];
    });
    return this.withSecrets({ ...Object.fromEntries(planned), id }, news);
  }

  async delete(context: Context, id: string, state: Properties): Promise<void> {
    await this.remove(context, id, plainProperties(state));
  }

  private withSecrets(outputs: Properties, from: Properties): Properties {
    const marked = annotateSecrets(outputs, from);
    for (const [key, property] of Object.entries(this.schema.properties)) {
      const value = marked[key];
      if (property.secret && value !== undefined && value !== null) marked[key] = secret(value);
    }
    return marked;
  }
}

/** The new inputs, with the old ones where changes are ignored. */
function withoutIgnored(news: Properties, { oldInputs, ignoreChanges }: Partial<DiffContext> = {}): Properties {
  const inputs = { ...news };
  for (const path of ignoreChanges ?? []) {
    const key = path.split(/[.[]/)[0] ?? path;
    const old = oldInputs?.[key];
    if (old === undefined) delete inputs[key];
    else inputs[key] = old;
  }
  return inputs;
}

/** Whether Terraform takes the value for "not set". */
export function isEmpty(value: Value): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === false || value === 0 || value === "";
}

/** Whether the value is a collection without elements. */
function isBare(value: Value | undefined): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** A name that the user gave can't be held by two resources at once: then the old one goes first. */
function hasFixedName(inputs: Properties): boolean {
  const defaults = inputs[DEFAULTS];
  return Array.isArray(defaults) && !defaults.includes("name") && inputs.name !== undefined;
}

function suffix(seed: Uint8Array): string {
  return createHash("sha256")
    .update(seed.length > 0 ? seed : randomBytes(8))
    .digest("hex")
    .slice(0, 7);
}
