import { findNodeAtLocation, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { type Schema, Validator } from "jsonschema";
import { parse as parseToml, TomlError } from "smol-toml";
import type { Problem } from "../../common/errors";

type Texts = Record<string, string>;

/** The fields of package.json that decide how a server runs. */
export interface PackageJson {
  name?: string;
  main?: string;
  bin?: string | Texts;
  scripts?: Texts;
  engines?: Texts;
  dependencies?: Texts;
  optionalDependencies?: Texts;
}

/** The fields of pyproject.toml that decide how a server runs. */
export interface PyProject {
  project?: { name?: string; "requires-python"?: string; dependencies?: string[]; scripts?: Texts };
  tool?: {
    poetry?: { name?: string; dependencies?: Record<string, unknown>; scripts?: Record<string, unknown> };
  };
}

/** The fields of fastmcp.json that decide how a server runs. */
export interface FastmcpJson {
  source: string | { path: string; entrypoint?: string | null };
  environment?: {
    python?: string | number | null;
    dependencies?: string[] | null;
    requirements?: string | null;
  } | null;
  deployment?: {
    transport?: "stdio" | "http" | "sse" | "streamable-http" | null;
    host?: string | null;
    port?: number | null;
    path?: string | null;
  } | null;
}

/** Names of the types that a value may have. */
type Types = string | string[];
const is = (...type: string[]): Schema => ({ type });
const list = (...type: string[]): Schema => ({ type, items: is("string") });
const map = (properties: Record<string, Schema>, type: Types = "object"): Schema => ({ type, properties });
const texts: Schema = { type: "object", additionalProperties: is("string") };

const packageJson = map({
  name: is("string"),
  main: is("string"),
  bin: { type: ["string", "object"], additionalProperties: is("string") },
  ...{ scripts: texts, engines: texts, dependencies: texts, optionalDependencies: texts },
});

const pyProject = map({
  project: map({
    name: is("string"),
    "requires-python": is("string"),
    dependencies: list("array"),
    scripts: texts,
  }),
  tool: map({ poetry: map({ name: is("string"), dependencies: is("object"), scripts: is("object") }) }),
});

const fastmcpJson: Schema = {
  ...map({
    source: {
      ...map({ path: is("string"), entrypoint: is("string", "null") }, ["string", "object"]),
      required: ["path"],
    },
    environment: map(
      {
        python: is("string", "number", "null"),
        dependencies: list("array", "null"),
        requirements: is("string", "null"),
      },
      ["object", "null"],
    ),
    deployment: map(
      {
        transport: { enum: ["stdio", "http", "sse", "streamable-http", null] },
        host: is("string", "null"),
        port: is("number", "null"),
        path: is("string", "null"),
      },
      ["object", "null"],
    ),
  }),
  required: ["source"],
};

/** A manifest's content, or what is wrong with it. */
export type Parsed<T> = { value: T; problem?: undefined } | { value?: undefined; problem: Problem };

/** Reads package.json, which is strict JSON. */
export function parsePackageJson(text: string): Parsed<PackageJson> {
  return parseJson("package.json", text, packageJson);
}

/** Reads fastmcp.json. A list of servers for a client (`mcpServers`) under that name describes no server: its value is undefined. */
export function parseFastmcpJson(text: string): Parsed<FastmcpJson | undefined> {
  const parsed = parseJson<FastmcpJson | { mcpServers: unknown }>("fastmcp.json", text, {
    if: { type: "object", required: ["mcpServers"] },
    else: fastmcpJson,
  });
  if (parsed.problem) return parsed;
  return { value: "mcpServers" in parsed.value ? undefined : parsed.value };
}

/** Reads pyproject.toml. */
export function parsePyProject(text: string): Parsed<PyProject> {
  let raw: unknown;
  try {
    raw = parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const why = error.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "") ?? "invalid TOML";
    return malformed("pyproject.toml", `line ${error.line}, column ${error.column}: ${why}`);
  }
  const found = firstProblem(raw, pyProject);
  return found ? malformed("pyproject.toml", found.text) : { value: raw as PyProject };
}

/** Checks JSON against a schema. */
function parseJson<T>(file: string, text: string, schema: Schema): Parsed<T> {
  const source = text.replace(/^\uFEFF/, "");
  const errors: ParseError[] = [];
  const tree = parseTree(source, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first !== undefined) {
    const why = printParseErrorCode(first.error).replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    return malformed(file, `${position(source, first.offset)}: ${why.toLowerCase()}`);
  }
  const value = JSON.parse(source);
  const found = firstProblem(value, schema);
  if (!found) return { value };
  const node = tree && findNodeAtLocation(tree, found.path);
  return malformed(file, node ? `${position(source, node.offset)}: ${found.text}` : found.text);
}

function firstProblem(value: unknown, schema: Schema): { path: (string | number)[]; text: string } | undefined {
  const [error] = new Validator().validate(value, schema).errors;
  if (!error) return undefined;
  const { name, argument, path, instance } = error;
  const [at, why] =
    name === "required"
      ? [[...path, argument], "is missing"]
      : [
          path,
          `expected ${argument.map(String).join(" or ")}, received ${name === "enum" ? instance : kindOf(instance)}`,
        ];
  return { path, text: at.length > 0 ? `${at.join(".")}: ${why}` : why };
}

const kindOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}

function malformed(file: string, why: string): { problem: Problem } {
  return { problem: { path: "source", message: `${file} is malformed, ${why}`, fix: `correct ${file}` } };
}
