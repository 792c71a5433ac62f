import { readFileSync } from "node:fs";
import path from "node:path";
import type { Provider } from "@pulumi/pulumi/provider";
import { type ResourceKind, resourceKind } from "../common/resourceTypes";
import { VERSION } from "../common/version";
import { KINDS } from "./kinds";
import type { Operations } from "./operations";
import { unwrap, wrap } from "./secrets";

type Values = Record<string, unknown>;

/**
 * Inputs that are secret whatever language the program is in, and however it hands them over. By their names, since
 * programs in other languages register resources without this package's classes.
 */
const SECRET_INPUTS = new Set(["secrets", "secretEnv"]);

/** The Pulumi provider `mcp`: does what the custom resources declare, and makes components for programs in other languages. */
export const provider: Provider = {
  version: VERSION,

  getSchema: async () => readFileSync(path.join(packageFolder(), "schema.json"), "utf8"),

  async check(urn, olds, news) {
    const failures = await operations(urn).check?.(unwrap(olds).plain, unwrap(news).plain);
    const { plain, secret } = unwrap(news);
    return { inputs: wrap(plain, withSecretInputs(plain, secret)), failures: failures ?? [] };
  },

  diff: (id, urn, olds, news) => operations(urn).diff(id, unwrap(olds).plain, unwrap(news).plain),

  async create(urn, inputs) {
    const { plain, secret } = unwrap(inputs);
    const { id, outs } = await operations(urn).create(plain);
    return { id, outs: wrap(outs, withSecretInputs(outs, secret)) };
  },

  async read(id, urn, props) {
    const { plain, secret } = unwrap(props);
    const found = await operations(urn).read?.(id, Object.keys(plain).length > 0 ? plain : undefined);
    if (found === undefined) return { id, props };
    return { id: found.id, props: wrap(found.props ?? {}, secret) };
  },

  async update(id, urn, olds, news) {
    const { plain, secret } = unwrap(news);
    const { outs } = await operations(urn).update(id, unwrap(olds).plain, plain);
    return { outs: wrap(outs, withSecretInputs(outs, secret)) };
  },

  async delete(id, urn, props) {
    await operations(urn).delete?.(id, unwrap(props).plain);
  },

  // Loads every component, which a program that has them itself never needs.
  construct: (...args) => (require("./construct") as typeof import("./construct")).construct(...args),
};

/** What can be done with a resource, by the last type of its URN. */
function operations(urn: string): Operations<Values, Values> {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const kind: ResourceKind | undefined = resourceKind(type);
  if (kind === undefined) throw new Error(`The provider mcp ${VERSION} knows no resource of type ${type}.`);
  return KINDS[kind]() as Operations<Values, Values>;
}

const withSecretInputs = (values: Values, secret: Set<string>): Set<string> =>
  new Set([...secret, ...Object.keys(values).filter((name) => SECRET_INPUTS.has(name))]);

const packageFolder = (): string => path.dirname(require.resolve("pulumi-mcp-deploy/package.json"));
