import type { ComplexType, PackageSpec, Property } from "@pulumi/pulumi/provider/experimental/schema";
import type { Found, FoundInterface } from "./analyzer";

/** Something that has properties: a component's args, its outputs, a type. */
interface Described {
  description?: string;
  properties?: Record<string, Property>;
  required?: string[];
}

/** Text for people who look up what there is. */
const NOTE = "<!-- Made from the doc comments of the args by `npm run generate`. Change those, not this. -->\n";

/** The pages of the reference by their names: one a component, and one with the types that they share. */
export function referencePages({ resources, types }: PackageSpec): Record<string, string> {
  const pages = Object.entries(resources).map(([token, resource]): [string, string] => {
    const { inputProperties, requiredInputs, ...outputs } = resource;
    const inputs = { properties: inputProperties ?? {}, required: requiredInputs ?? [] };
    const text = [
      page(nameOf(token), outputs.description),
      `## Args\n\n${table(inputs, "types.md")}`,
      `## Outputs\n\n${table(outputs, "types.md", { outputs: true })}`,
    ];
    return [`${nameOf(token)}.md`, text.join("\n")];
  });
  const intro = "The types of the components' args, each described once.";
  return { ...Object.fromEntries(pages), "types.md": [page("Types", intro), ...typeSections(types)].join("\n") };
}

/** The page of the stack's config. */
export function configPage({ properties, types, description }: FoundInterface): string {
  const required = (all: Record<string, Found> = {}) => Object.keys(all).filter((name) => !all[name]?.optional);
  const sections = Object.fromEntries(
    Object.entries(types).map(([name, type]) => [
      name,
      { ...type, required: required(type.properties) } as ComplexType,
    ]),
  );
  const keys = Object.fromEntries(Object.entries(properties).map(([name, property]) => [`mcp:${name}`, property]));
  const top = { properties: keys, required: required(properties).map((name) => `mcp:${name}`) };
  return [page("Config of a stack", description), table(top), ...typeSections(sections)].join("\n");
}

const page = (title: string, intro = ""): string => `${NOTE}\n# ${title}\n\n${oneLine(intro)}\n`;

/** A section for each type. */
const typeSections = (types: Record<string, ComplexType>): string[] =>
  Object.entries(types).map(([token, type]) => {
    const values = type.enum?.map(({ value }) => `- \`${value}\``).join("\n");
    return `## ${nameOf(token)}\n\n${oneLine(type.description ?? "")}\n\n${values ? `${values}\n` : table(type)}`;
  });

/**
 * The properties of something as a table.
 * @param page that has the sections of the types; left out, it is the same one
 */
function table(
  { properties = {}, required = [] }: Described,
  page = "",
  { outputs = false }: { outputs?: boolean } = {},
): string {
  const rows = Object.entries(properties).map(([name, property]) => {
    const [meaning, fallback] = meaningOf(property.description ?? "");
    const type = typeOf(property, page);
    if (outputs) return `| \`${name}\` | ${type} | ${meaning} |`;
    return `| \`${name}\` | ${type} | ${required.includes(name) ? "required" : fallback} | ${meaning} |`;
  });
  const head = outputs
    ? "| Name | Type | Meaning |\n|---|---|---|"
    : "| Name | Type | Default | Meaning |\n|---|---|---|---|";
  return `${head}\n${rows.join("\n")}\n`;
}

/** A doc comment's meaning and default apart. */
function meaningOf(doc: string): [meaning: string, fallback: string] {
  const text = oneLine(doc).replaceAll("|", "\\|");
  const [all, fallback = ""] = /\s*Defaults to (.+?)(?:\.(?=\s+[A-Z"`]|$))/.exec(text) ?? [];
  return all === undefined ? [text, ""] : [text.replace(all, "").trim(), fallback];
}

function typeOf(property: Property, page: string): string {
  if ("$ref" in property) {
    const name = nameOf(property.$ref);
    return `[${name}](${page}#${name.toLowerCase()})`;
  }
  if (property.items) return `list of ${typeOf(property.items, page)}`;
  if (property.additionalProperties) return `map of ${typeOf(property.additionalProperties, page)}`;
  return (
    { string: "text", integer: "whole number", boolean: "true or false" }[property.type as string] ?? property.type
  );
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

/** The last part of a token or a reference. */
const nameOf = (token: string): string => token.replace(/^.*[:/]/, "");
