import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { readState, Secret, type StateResource } from "../compose/stackState";
import type { Registered } from "./record";
import { withoutMarks } from "./secretMark";

/** What the last deployment left, as far as manifests depend on it. */
export class Deployed {
  private readonly resources: StateResource[];

  /** @param state what `pulumi stack export --show-secrets` prints */
  constructor(state: string) {
    this.resources = readState(state);
  }

  /** A resource of the last deployment by its type and name. */
  find({ type, name }: Pick<Registered, "type" | "name">): StateResource | undefined {
    return this.resources.find((resource) => resource.type === type && resource.name === name);
  }

  /** Whether anything was deployed to a cluster. */
  hasCluster(): boolean {
    return this.resources.some(({ type }) => type === "pulumi:providers:kubernetes");
  }

  /** The outputs of the stack. Secrets in them are Pulumi's. */
  stackOutputs(): Record<string, unknown> {
    const outputs = this.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
    return mapSecrets(outputs, ({ value }) => pulumi.secret(plain(value))) as Record<string, unknown>;
  }

  /** The outputs of a resource, if it was deployed with the inputs that it has now: `up` would leave it alone. */
  outputsOf(resource: Registered): Record<string, unknown> | undefined {
    const found = this.find(resource);
    if (!found) return undefined;
    const inputs = withoutMarks(resource.inputs) as Record<string, unknown>;
    const isSame = Object.keys(inputs)
      .filter((key) => !IRRELEVANT.includes(key))
      .every((key) => covers(plain(found.inputs[key]), inputs[key]));
    return isSame ? (plain(found.outputs) as Record<string, unknown>) : undefined;
  }
}

/** Inputs that do not decide what comes out: credentials. */
const IRRELEVANT = ["registry"];

/** Whether a value of the state is the given one. The provider may have added what it decides itself. */
function covers(known: unknown, given: unknown): boolean {
  if (given === undefined) return true;
  if (typeof given !== "object" || given === null || Array.isArray(given)) return isDeepStrictEqual(known, given);
  if (typeof known !== "object" || known === null) return false;
  return Object.entries(given).every(([key, value]) => covers((known as Record<string, unknown>)[key], value));
}

/** A value of the state out of its secrets. */
export const plain = (value: unknown): unknown => mapSecrets(value, (secret) => plain(secret.value));

function mapSecrets(value: unknown, change: (secret: Secret) => unknown): unknown {
  if (value instanceof Secret) return change(value);
  if (Array.isArray(value)) return value.map((item) => mapSecrets(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapSecrets(item, change)]));
}
