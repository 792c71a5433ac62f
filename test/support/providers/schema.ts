import { readFileSync } from "node:fs";
import path from "node:path";
import { isProperties, UNKNOWN, type Value } from "./values";

/** One property of a resource or type, in the official schema. */
export interface PropertySchema {
  type?: "string" | "boolean" | "integer" | "number" | "array" | "object";
  $ref?: string;
  items?: PropertySchema;
  additionalProperties?: PropertySchema;
  willReplaceOnChanges?: boolean;
  secret?: boolean;
}

export interface TypeSchema {
  type: string;
  properties?: Record<string, PropertySchema>;
  required?: string[];
  enum?: { value: string }[];
}

export interface ResourceSchema {
  properties: Record<string, PropertySchema>;
  required?: string[];
  inputProperties: Record<string, PropertySchema>;
  requiredInputs?: string[];
}

/** The schema of an official provider, without its prose. */
export interface PackageSchema {
  name: string;
  types?: Record<string, TypeSchema>;
  resources: Record<string, ResourceSchema>;
}

/** Why an input is refused, and where it stands, such as `ports[0].internal`. */
export interface Failure {
  path: string;
  reason: string;
}

export function readSchema(name: "docker" | "random"): PackageSchema {
  return JSON.parse(readFileSync(path.join(__dirname, "..", "schemas", `${name}.json`), "utf8"));
}

export function resourceSchema(schema: PackageSchema, token: string): ResourceSchema {
  const resource = schema.resources[token];
  if (!resource) throw new Error(`the ${schema.name} schema has no ${token}`);
  return resource;
}

/** The object type behind a reference, or the type of the elements of an array of such. */
export function objectType(schema: PackageSchema, property: PropertySchema | undefined): TypeSchema | undefined {
  const ref = property?.$ref ?? property?.items?.$ref;
  return ref === undefined ? undefined : schema.types?.[decodeURIComponent(ref.replace(/^#\/types\//, ""))];
}

/** Every way in which the inputs break the schema: unknown properties, wrong types, missing ones. Stricter than the official providers. */
export function validateInputs(schema: PackageSchema, token: string, inputs: Record<string, Value>): Failure[] {
  const { inputProperties, requiredInputs } = resourceSchema(schema, token);
  return validateObject(schema, inputs, { properties: inputProperties, required: requiredInputs ?? [] }, "");
}

function validateObject(
  schema: PackageSchema,
  value: Record<string, Value>,
  type: { properties: Record<string, PropertySchema>; required: string[] },
  at: string,
): Failure[] {
  const where = (key: string) => (at ? `${at}.${key}` : key);
  const missing = type.required.filter((key) => value[key] === undefined || value[key] === null);
  return [
    ...missing.map((key) => ({
      path: where(key),
      reason: `Missing required argument. The argument "${where(key)}" is required, but no definition was found.`,
    })),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const property = type.properties[key];
      if (property) return validateValue(schema, inner, property, where(key));
      const allowed = Object.keys(type.properties).join(", ");
      return [{ path: where(key), reason: `Invalid or unknown key. Allowed are: ${allowed}.` }];
    }),
  ];
}

function validateValue(schema: PackageSchema, value: Value, property: PropertySchema, at: string): Failure[] {
  if (value === null || value === UNKNOWN) return [];
  const wrong = (expected: string): Failure[] => [
    { path: at, reason: `expected ${expected}, got ${JSON.stringify(value)?.slice(0, 60)} of type ${kindOf(value)}` },
  ];
  if (property.$ref !== undefined) {
    const type = objectType(schema, property);
    if (!type) throw new Error(`the ${schema.name} schema has no type ${property.$ref}`);
    if (type.enum) {
      const allowed = type.enum.map((one) => one.value);
      return allowed.some((one) => one === value) ? [] : wrong(`one of ${allowed.join(", ")}`);
    }
    if (!isProperties(value)) return wrong("object type");
    return validateObject(schema, value, { properties: type.properties ?? {}, required: type.required ?? [] }, at);
  }
  const { type, items, additionalProperties } = property;
  if (type === "array") {
    if (!Array.isArray(value)) return wrong("array type");
    return value.flatMap((inner, index) => validateValue(schema, inner, items ?? {}, `${at}[${index}]`));
  }
  if (type === "object") {
    if (!isProperties(value)) return wrong("object type");
    const entries = Object.entries(value);
    return entries.flatMap(([key, inner]) => validateValue(schema, inner, additionalProperties ?? {}, `${at}.${key}`));
  }
  if (type === "integer") return Number.isInteger(value) ? [] : wrong("integer type");
  return type === undefined || type === kindOf(value) ? [] : wrong(`${type} type`);
}

function kindOf(value: Value): string {
  return Array.isArray(value) ? "array" : typeof value;
}
