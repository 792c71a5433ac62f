import { findNodeAtLocation, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { parse as parseToml, TomlError } from "smol-toml";
import { z } from "zod";
import type { Problem } from "../../common/errors";

const texts = z.record(z.string(), z.string());

const packageJson = z.object({
  name: z.string().optional(),
  main: z.string().optional(),
  bin: z.union([z.string(), texts]).optional(),
  scripts: texts.optional(),
  engines: texts.optional(),
  dependencies: texts.optional(),
  optionalDependencies: texts.optional(),
});

const pyProject = z.object({
  project: z
    .object({
      name: z.string().optional(),
      "requires-python": z.string().optional(),
      dependencies: z.array(z.string()).optional(),
      scripts: texts.optional(),
    })
    .optional(),
  tool: z
    .object({
      poetry: z
        .object({
          name: z.string().optional(),
          dependencies: z.record(z.string(), z.unknown()).optional(),
          scripts: z.record(z.string(), z.unknown()).optional(),
        })
        .optional(),
    })
    .optional(),
});

const fastmcpJson = z.object({
  source: z.union([z.string(), z.object({ path: z.string(), entrypoint: z.string().nullish() })]),
  environment: z
    .object({
      python: z.union([z.string(), z.number()]).nullish(),
      dependencies: z.array(z.string()).nullish(),
      requirements: z.string().nullish(),
    })
    .nullish(),
  deployment: z
    .object({
      transport: z.enum(["stdio", "http", "sse", "streamable-http"]).nullish(),
      host: z.string().nullish(),
      port: z.number().nullish(),
      path: z.string().nullish(),
    })
    .nullish(),
});

/** The fields of package.json that decide how a server runs. */
export type PackageJson = z.infer<typeof packageJson>;
/** The fields of pyproject.toml that decide how a server runs. */
export type PyProject = z.infer<typeof pyProject>;
/** The fields of fastmcp.json that decide how a server runs. */
export type FastmcpJson = z.infer<typeof fastmcpJson>;

/** A manifest's content, or what is wrong with it. */
export type Parsed<T> = { value: T; problem?: undefined } | { value?: undefined; problem: Problem };

/** Reads package.json, which is strict JSON. */
export function parsePackageJson(text: string): Parsed<PackageJson> {
  return parseJson("package.json", text, packageJson);
}

/** Reads fastmcp.json. A list of servers for a client (`mcpServers`) under that name describes no server: its value is undefined. */
export function parseFastmcpJson(text: string): Parsed<FastmcpJson | undefined> {
  const isClientConfig = z.object({ mcpServers: z.unknown() }).refine((value) => value.mcpServers !== undefined);
  return parseJson(
    "fastmcp.json",
    text,
    z.union([isClientConfig.transform(() => undefined), fastmcpJson]),
    fastmcpJson,
  );
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
  const result = pyProject.safeParse(raw);
  return result.success ? { value: result.data } : malformed("pyproject.toml", describe(result.error).text);
}

/** Checks JSON against a schema; `explain` is the schema whose messages are shown, where it differs. */
function parseJson<T>(file: string, text: string, schema: z.ZodType<T>, explain: z.ZodType = schema): Parsed<T> {
  const source = text.replace(/^\uFEFF/, "");
  const errors: ParseError[] = [];
  const tree = parseTree(source, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first !== undefined) {
    const why = printParseErrorCode(first.error).replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    return malformed(file, `${position(source, first.offset)}: ${why.toLowerCase()}`);
  }
  const raw: unknown = JSON.parse(source);
  const result = schema.safeParse(raw);
  if (result.success) return { value: result.data };
  const { path, text: why } = describe(explain.safeParse(raw).error ?? result.error);
  const node = tree && findNodeAtLocation(tree, path);
  return malformed(file, node ? `${position(source, node.offset)}: ${why}` : why);
}

function describe(error: z.ZodError): { path: (string | number)[]; text: string } {
  const [outer] = error.issues;
  // Of a choice between kinds, the one whose own fields are wrong is the one that was meant.
  const inner =
    outer?.code === "invalid_union" ? outer.errors.flat().find((issue) => issue.path.length > 0) : undefined;
  const issue = inner ?? outer;
  const parts = [...(outer?.path ?? []), ...(inner?.path ?? [])];
  const path = parts.map((part) => (typeof part === "symbol" ? String(part) : part));
  const why = (issue?.message ?? "invalid").replace(/^Invalid input: /, "");
  return { path, text: path.length > 0 ? `${path.join(".")}: ${why}` : why };
}

function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}

function malformed(file: string, why: string): { problem: Problem } {
  return { problem: { path: "source", message: `${file} is malformed, ${why}`, fix: `correct ${file}` } };
}
