import { readFileSync } from "node:fs";
import path from "node:path";
import type { Provider } from "@pulumi/pulumi/provider";
import { type ResourceKind, resourceKind } from "../common/resourceTypes";
import { VERSION } from "../common/version";
import { cancel, cancelled, unlessCancelled } from "./cancellation";
import { maskSecrets } from "./check/logs";
import { KINDS } from "./kinds";
import type { Operations } from "./operations";
import { type Unwrapped, unwrap, wrap } from "./secrets";

type Values = Record<string, unknown>;

/** The Pulumi provider `mcp`: does what the custom resources declare, and makes components for programs in other languages. */
export const provider: Provider = {
  version: VERSION,

  getSchema: async () => readFileSync(path.join(packageFolder(), "schema.json"), "utf8"),

  check: (urn, olds, news) =>
    carryOut(urn, [olds, news], async (kind, [before, after]) => {
      const failures = (await kind.check?.(before.plain, after.plain)) ?? [];
      return { inputs: wrap(after.plain, after), failures };
    }),

  diff: (id, urn, olds, news) =>
    carryOut(urn, [olds, news], (kind, [before, after]) => kind.diff(id, before.plain, after.plain)),

  create: (urn, inputs) =>
    carryOut(urn, [inputs], async (kind, [given]) => {
      const { id, outs } = await kind.create(given.plain, given.texts);
      return { id, outs: wrap(outs, given) };
    }),

  read: (id, urn, props) =>
    carryOut(urn, [props], async (kind, [known]) => {
      const found = await kind.read?.(id, Object.keys(known.plain).length > 0 ? known.plain : undefined);
      if (found === undefined) return { id, props };
      return { id: found.id, props: wrap(found.props ?? {}, known) };
    }),

  update: (id, urn, olds, news) =>
    carryOut(urn, [olds, news], async (kind, [before, after]) => {
      const { outs } = await kind.update(id, before.plain, after.plain, after.texts);
      return { outs: wrap(outs, after) };
    }),

  delete: (id, urn, props) => carryOut(urn, [props], async (kind, [known]) => kind.delete?.(id, known.plain)),

  cancel: async () => cancel(),

  // Loads every component, which a program that has them itself never needs.
  construct: (...args) => (require("./construct") as typeof import("./construct")).construct(...args),
};

/** Outputs of an update that are known before it. */
export const knownBefore = (urn: string, olds: Values, news: Values): Promise<Values> =>
  carryOut(urn, [olds, news], async (kind, [before, after]) =>
    wrap(kind.known?.(before.plain, after.plain) ?? {}, after),
  );

/** What can be done with a resource, by the last type of its URN. */
function operations(urn: string): Operations<Values, Values> {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const kind: ResourceKind | undefined = resourceKind(type);
  if (kind === undefined) throw new Error(`The provider mcp ${VERSION} knows no resource of type ${type}.`);
  return KINDS[kind]() as Operations<Values, Values>;
}

/**
 * Does something with a resource. Its values come without the engine's marks, and what it says when it fails comes
 * without what is secret among them.
 */
async function carryOut<T, V extends (Values | undefined)[]>(
  urn: string,
  values: [...V],
  work: (kind: Operations<Values, Values>, unwrapped: { [K in keyof V]: Unwrapped }) => Promise<T>,
): Promise<T> {
  const kind = operations(urn);
  const unwrapped = values.map((value) => unwrap(value)) as { [K in keyof V]: Unwrapped };
  const texts = unwrapped.flatMap(({ plain, texts }) => kind.secretTexts?.(plain) ?? texts);
  try {
    return await unlessCancelled(work(kind, unwrapped));
  } catch (error) {
    const { message } = cancelled.aborted ? cancelled.reason : (error as Error);
    throw new Error(maskSecrets(message, texts));
  }
}

const packageFolder = (): string => path.dirname(require.resolve("pulumi-mcp-deploy/package.json"));
