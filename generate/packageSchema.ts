import type { AnalyzeResult } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema, type PackageSpec } from "@pulumi/pulumi/provider/experimental/schema";
import * as components from "../components";
import manifest from "../package.json";
import { PACKAGE } from "./analyzer";

/** Resources of the public surface that are no components. */
const CUSTOM = ["McpCheck"];

/** How the packages that Pulumi generates are called in each language; that of Go as `pulumi package add` tells its users. */
const NAMES = {
  nodejs: { packageName: manifest.name },
  python: { packageName: manifest.name.replaceAll("-", "_"), pyproject: { enabled: true } },
  csharp: { rootNamespace: "PulumiMcpDeploy" },
  java: { basePackage: "mcpdeploy" },
};

/** Names of the public resources: components, and those of CUSTOM. */
export const RESOURCES = Object.entries(components)
  .filter(([, exported]) => typeof exported === "function")
  .map(([name]) => name);

/** The schema of the Pulumi package: every public resource with its args, as all languages see them. */
export function packageSchema(found: AnalyzeResult): PackageSpec {
  const { name, license } = manifest;
  const schema = generateSchema(
    PACKAGE,
    manifest.version,
    manifest.description,
    byName(found.components),
    byName(found.typeDefinitions),
    found.dependencies,
  );
  for (const [type, { description }] of Object.entries(found.typeDefinitions)) {
    Object.assign(schema.types[`${PACKAGE}:index:${type}`] ?? {}, { description });
  }
  for (const type of CUSTOM) delete schema.resources[`${PACKAGE}:index:${type}`]?.isComponent;
  for (const [language, names] of Object.entries(NAMES)) Object.assign(schema.language?.[language], names);
  return withoutMarks({ ...schema, displayName: name, license, keywords: manifest.keywords } as PackageSpec);
}

const byName = <T>(all: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Without the marks of the analyzer that are no part of a schema: what is required is listed beside the properties. */
const withoutMarks = (schema: PackageSpec): PackageSpec =>
  JSON.parse(JSON.stringify(schema, (key, value) => (key === "optional" && value === true ? undefined : value)));

/**
 * The same schema with type names that end in no "Args": what generates SDKs puts that after the types of inputs, so that
 * every language says `HealthArgs`, as TypeScript does, and none `HealthArgsArgs`.
 */
export const forSdks = (schema: PackageSpec): PackageSpec =>
  JSON.parse(JSON.stringify(schema).replaceAll(TYPE_NAME, "$1"));

/** The name of a type, as a key and in references, before its ending. */
const TYPE_NAME = /("(?:#\/types\/)?mcp:index:\w+)Args(?=")/g;
