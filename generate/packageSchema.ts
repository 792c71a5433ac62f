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
 * The same schema as what generates SDKs takes it best: type names end in no "Args", which is put after the types of
 * inputs, so that every language says `HealthArgs`, as TypeScript does, and none `HealthArgsArgs`; and outputs of
 * components carry no mark that they are secret: for Java that makes code that does not compile, and the values of a
 * component are secret by themselves.
 */
export function forSdks(schema: PackageSpec): PackageSpec {
  const made: PackageSpec = JSON.parse(JSON.stringify(schema).replaceAll(TYPE_NAME, "$1"));
  for (const { isComponent, properties = {} } of Object.values(made.resources)) {
    if (isComponent) for (const property of Object.values(properties)) delete (property as { secret?: boolean }).secret;
  }
  return made;
}

/** The name of a type, as a key and in references, before its ending. */
const TYPE_NAME = /("(?:#\/types\/)?mcp:index:\w+)Args(?=")/g;
