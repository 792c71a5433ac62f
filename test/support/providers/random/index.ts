import { randomInt } from "node:crypto";
import { hash } from "bcryptjs";
import { BridgedResource } from "../bridged";
import type { Context, TestProvider } from "../resource";
import { type Failure, readSchema } from "../schema";
import { numberOf, type Properties, textOf } from "../values";

/** The resource types of @pulumi/random that the product uses. */
export function randomProvider(): TestProvider {
  return {
    name: "random",
    version: "4.21.2",
    resources: { "random:index/randomPassword:RandomPassword": new RandomPassword() },
  };
}

const DEFAULTS = {
  lower: true,
  minLower: 0,
  minNumeric: 0,
  minSpecial: 0,
  minUpper: 0,
  number: true,
  numeric: true,
  special: true,
  upper: true,
};

const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

class RandomPassword extends BridgedResource {
  constructor() {
    const token = "random:index/randomPassword:RandomPassword";
    super(
      { token, autoNamed: false, lists: [], defaults: DEFAULTS, alwaysReplace: true, recordsDefaults: false, check },
      readSchema("random"),
    );
  }

  private readonly made = new Map<string, Properties>();

  protected async make(context: Context, inputs: Properties): Promise<string> {
    const result = password(inputs);
    // bcrypt reads 72 bytes, and the official plugin hashes no more.
    this.made.set(context.urn, { result, bcryptHash: (await hash(result.slice(0, 72), 10)).replace(/^\$2b/, "$2a") });
    return "none";
  }

  protected async observe(context: Context, _id: string, state: Properties): Promise<Properties> {
    const made = this.made.get(context.urn);
    this.made.delete(context.urn);
    return { ...state, ...made };
  }

  override async create(context: Context, inputs: Properties) {
    const { id, outputs } = await super.create(context, inputs);
    return { id, outputs: withoutNulls(outputs) };
  }

  protected async change(): Promise<void> {}

  protected async remove(): Promise<void> {}
}

function withoutNulls(outputs: Properties): Properties {
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== null));
}

function check(inputs: Properties): Failure[] {
  const length = inputs.length;
  if (typeof length !== "number") return [];
  const invalid = (least: string) => [
    {
      path: "length",
      reason: `Invalid Attribute Value. Attribute length value must be at least ${least}, got: ${length}.`,
    },
  ];
  if (length < 1) return invalid("1");
  const least = ["minUpper", "minLower", "minNumeric", "minSpecial"].reduce(
    (sum, key) => sum + numberOf(inputs[key]),
    0,
  );
  return length < least ? invalid("sum of min_upper + min_lower + min_numeric + min_special") : [];
}

function password(inputs: Properties): string {
  const special = textOf(inputs.overrideSpecial) || SPECIAL;
  const kinds = [
    { characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", used: inputs.upper !== false, least: numberOf(inputs.minUpper) },
    { characters: "abcdefghijklmnopqrstuvwxyz", used: inputs.lower !== false, least: numberOf(inputs.minLower) },
    { characters: "0123456789", used: (inputs.numeric ?? inputs.number) !== false, least: numberOf(inputs.minNumeric) },
    { characters: special, used: inputs.special !== false, least: numberOf(inputs.minSpecial) },
  ];
  const all = kinds.flatMap(({ characters, used }) => (used ? [...characters] : []));
  const pick = (from: string[]) => from[randomInt(from.length)] ?? "";
  const chosen = kinds.flatMap(({ characters, least }) => Array.from({ length: least }, () => pick([...characters])));
  while (chosen.length < numberOf(inputs.length)) chosen.push(pick(all));
  for (let last = chosen.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [chosen[last], chosen[other]] = [chosen[other] ?? "", chosen[last] ?? ""];
  }
  return chosen.join("");
}
