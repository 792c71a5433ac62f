import { type Schema, type ValidationError, Validator } from "jsonschema";
import type { Problem } from "../common/errors";
import { nearest } from "../common/nearest";
import { type Config, type Server, withDefaults } from "./plain";

/** Made from the interface StackConfig by `npm run generate`. */
const SCHEMA: Schema = require("pulumi-mcp-deploy/config.schema.json");

/** A config as far as it has the shape that the schema asks for. What a value means is judged by others. */
export interface Shaped {
  /** Undefined when anything has another shape. */
  config?: Config;
  /** The entries of `mcp:servers` that have it, at their places. */
  servers: (Server | undefined)[];
  problems: Problem[];
  /** Numbers that have to be whole and are not: told where no rule for the setting says more. */
  fractions: Problem[];
}

/** @param values those under `mcp:`, by key; numbers and booleans where text is meant become text in them */
export function shapeOf(values: Record<string, unknown>): Shaped {
  const validator = new Validator();
  validator.addSchema(SCHEMA, "/");
  const found = validator.validate(values, { $ref: "/#/definitions/StackConfig" }, { rewrite: asText }).errors;
  const errors = found.filter((error) => !isFraction(error));
  const problems = errors.map(problemOf);
  const isSound = (index: number) => !errors.some(({ path: [key, at] }) => key === "servers" && at === index);
  const servers = Array.isArray(values.servers) ? values.servers : [];
  if (problems.length === 0 && servers.length === 0) problems.push(NO_SERVER);
  return {
    ...(problems.length === 0 && { config: withDefaults(values as unknown as Config) }),
    servers: servers.map((server, index) => (isSound(index) ? server : undefined)),
    problems,
    fractions: found.filter(isFraction).map(problemOf),
  };
}

const NO_SERVER: Problem = { path: "mcp:servers", message: "is empty", got: "[]", allowed: "one server or more" };

const asText = (value: unknown, { type }: Schema): unknown =>
  type?.includes("string") && (typeof value === "number" || typeof value === "boolean") ? String(value) : value;

const isFraction = ({ argument, instance }: ValidationError): boolean =>
  String(argument) === "integer" && typeof instance === "number";

function problemOf(error: ValidationError): Problem {
  const { name, argument, path, instance } = error;
  const { properties = {} } = error.schema as Schema;
  if (name === "additionalProperties") return unknownKey([...path, argument], Object.keys(properties));
  if (name === "required") return missing([...path, argument], properties[argument]?.description);
  const allowed = allowedBy(error);
  return {
    path: formatPath(path),
    message: "is not valid",
    // A value of mcp:secrets is never printed.
    ...(path[0] !== "secrets" && { got: show(instance) }),
    ...(allowed && { allowed }),
  };
}

/** The problem of a key that nobody knows, with the nearest known one. */
function unknownKey(path: (string | number)[], known: string[]): Problem {
  const key = String(path.at(-1));
  const meant = nearest(key, known);
  return {
    path: formatPath(path),
    message: "unknown key",
    got: key,
    allowed: known.join(", "),
    fix: meant === undefined ? "remove it" : `did you mean \`${meant}\`?`,
  };
}

const missing = (path: (string | number)[], meaning: string | undefined): Problem => ({
  path: formatPath(path),
  message: "is missing",
  ...(meaning && { allowed: meaning }),
  fix: `set ${formatPath(path)}`,
});

function allowedBy({ name, argument }: ValidationError): string | undefined {
  if (name === "enum") return argument.join(", ");
  if (name === "minLength") return "something that is not empty";
  const [type = ""]: string[] = argument;
  return { array: "a list", object: "a map", integer: "a whole number", string: "text" }[type] ?? `a ${type}`;
}

/** A path in the notation of `pulumi config set --path`: `mcp:servers[0].health.retries`. */
function formatPath([key, ...path]: (string | number)[]): string {
  return path.reduce<string>(
    (text, part) => text + (typeof part === "number" ? `[${part}]` : `.${part}`),
    `mcp:${key}`,
  );
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
