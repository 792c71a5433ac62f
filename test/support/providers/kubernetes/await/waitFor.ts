import { isProperties, numberOf, type Properties, type Value } from "../../values";
import { at } from "../object";
import { type Awaiter, conditionOf } from "./readiness";

/** Awaits what the annotation `pulumi.com/waitFor` says: one expression, or a JSON list of which all must hold. */
export function waitForAwaiter(annotation: string): Awaiter {
  const expressions = parseList(annotation).map(parse);
  return {
    onRefresh: false,
    start:
      () =>
      ({ live }) => {
        const missing = expressions.filter(({ holds }) => !holds(live)).map(({ text }) => `Waiting for ${text}`);
        return { ready: missing.length === 0, problems: [], ...(missing[0] !== undefined && { status: missing[0] }) };
      },
  };
}

interface Expression {
  text: string;
  holds(live: Properties): boolean;
}

function parseList(annotation: string): string[] {
  let list: unknown;
  try {
    list = JSON.parse(annotation);
  } catch {
    return [annotation];
  }
  if (!Array.isArray(list) || !list.every((one) => typeof one === "string")) return [annotation];
  if (list.length === 0) throw new Error("at least one condition must be specified");
  return list;
}

function parse(text: string): Expression {
  const [, type, status = "True"] = /^condition=([^=]+)(?:=(.*))?$/.exec(text) ?? [];
  if (type !== undefined) return { text, holds: (live) => conditionOf(live, type)?.status === status };
  const [, path, wanted] = /^jsonpath=\{\s*\$?((?:\.[\w-]+|\[\d+\])+)\s*\}(?:=(.+))?$/.exec(text) ?? [];
  if (path === undefined) {
    throw new Error(
      `expected a "jsonpath=" or "condition=" prefix, got "${text}" (the test provider knows keys and places of lists only)`,
    );
  }
  const steps = path.match(/[\w-]+/g) ?? [];
  return {
    text: text.replace(/^jsonpath=/, ""),
    holds(live) {
      const generation = at(live, "metadata", "generation");
      const observed = at(live, "status", "observedGeneration");
      if (observed !== undefined && numberOf(observed) < numberOf(generation)) return false;
      const found = steps.reduce<Value | undefined>(step, live);
      return found !== undefined && (wanted === undefined || String(found) === wanted);
    },
  };
}

function step(value: Value | undefined, key: string): Value | undefined {
  if (Array.isArray(value)) return value[Number(key)];
  return isProperties(value) ? value[key] : undefined;
}
