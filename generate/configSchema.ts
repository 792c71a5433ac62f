import type { PropertyDefinition, TypeDefinition } from "@pulumi/pulumi/provider/experimental/analyzer";
import type { FoundInterface } from "./analyzer";

/** A JSON Schema, as far as one is made here. */
export interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema>;
  definitions?: Record<string, JsonSchema>;
}

/** YAML reads `8080` and `true` as a number and a boolean; where a setting is text, they are that text. */
const TEXT = ["string", "number", "boolean"];

/** A value in a file that `pulumi config set --secret` wrote. */
const ENCRYPTED: JsonSchema = {
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/**
 * The JSON Schema of `Pulumi.<stack>.yaml`, for editors and for the program: each key `mcp:...` of the file is a property of the
 * definition StackConfig, which the program checks the values against.
 */
export function configSchema({ properties, types, description }: FoundInterface): JsonSchema {
  const root = objectOf({ properties, description });
  const keys = Object.keys(properties).map((key): [string, JsonSchema] => {
    const { description } = properties[key] ?? {};
    return [`mcp:${key}`, { description, $ref: `#/definitions/StackConfig/properties/${key}` }];
  });
  const config = Object.fromEntries(keys);
  const secrets = { type: "object", additionalProperties: { anyOf: [ENCRYPTED, { type: TEXT }] } };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Pulumi.<stack>.yaml",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: { ...config, "mcp:secrets": { description: properties.secrets?.description, ...secrets } },
        patternProperties: { "^(?!mcp:)": {} },
        additionalProperties: false,
      },
    },
    definitions: {
      StackConfig: root,
      ...Object.fromEntries(Object.entries(types).map(([name, type]) => [name, definitionOf(type)])),
    },
  };
}

const definitionOf = ({ enum: choices, ...type }: TypeDefinition): JsonSchema =>
  choices ? { description: type.description, enum: choices.map(({ value }) => value) } : objectOf(type);

// What is unknown comes last: errors are told in the order of the keywords.
const objectOf = ({
  properties = {},
  description,
}: Pick<TypeDefinition, "properties" | "description">): JsonSchema => ({
  description,
  type: "object",
  required: Object.keys(properties).filter((name) => !properties[name]?.optional),
  properties: Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      { description: property.description, ...schemaOf(property, { isSet: true }) },
    ]),
  ),
  additionalProperties: false,
});

function schemaOf(property: PropertyDefinition, { isSet = false } = {}): JsonSchema {
  if ("$ref" in property) return { $ref: property.$ref.replace(/^.*:/, "#/definitions/") };
  if (property.items) return { type: "array", items: schemaOf(property.items) };
  if (property.additionalProperties) {
    return { type: "object", additionalProperties: schemaOf(property.additionalProperties) };
  }
  if (property.type !== "string") return { type: property.type };
  return { type: TEXT, ...(isSet && { minLength: 1 }) };
}
