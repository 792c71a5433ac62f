import { InvalidInputError, type Problem } from "../../common/errors";
import * as pulumi from "../pulumi";
import type { McpServerArgs } from "./args";
import type { ServerSettings } from "./resolved";
import { validateEnvNames } from "./validate";
import { buildOnly } from "./validatePrebuilt";

/** Fields that decide about no resource: they may be outputs of other resources. */
const LATE = new Set(["env", "secrets", "registry"]);

/**
 * The fields of the args that shape a server, as plain values; with what a component adds to them.
 * @throws InvalidInputError when one of them is an output of another resource (which resources exist must be known at
 * preview), or when a variable has an impossible name
 */
export function plainSettings<T extends McpServerArgs>(
  args: T,
): ServerSettings & pulumi.Unwrap<Omit<T, keyof McpServerArgs>> {
  const problems: Problem[] = [];
  const settings: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(args)) {
    if (LATE.has(field) || value === undefined) continue;
    if (field === "image" && isPlainObject(value)) {
      const { buildSecrets, ...image } = value;
      if (image.reference !== undefined) problems.push(...pushedOrBuilt({ buildSecrets, registry: args.registry }));
      if (holdsOutput(image)) problems.push(notPlain(field));
      settings[field] = image;
      continue;
    }
    if (holdsOutput(value)) problems.push(notPlain(field));
    settings[field] = value;
  }
  problems.push(...validateEnvNames(plainKeys(args.env), plainKeys(args.secrets)));
  if (problems.length > 0) throw new InvalidInputError(problems);
  return settings as unknown as ReturnType<typeof plainSettings<T>>;
}

/**
 * The named fields as plain values, those that are not set left out.
 * @throws InvalidInputError when one of them is an output of another resource
 */
export function plainFields<T extends object>(args: object, fields: readonly (keyof T & string)[]): T {
  const set = Object.entries(args).filter(
    ([field, value]) => fields.some((one) => one === field) && value !== undefined,
  );
  const problems = set.filter(([, value]) => holdsOutput(value)).map(([field]) => notPlain(field));
  if (problems.length > 0) throw new InvalidInputError(problems);
  return Object.fromEntries(set) as T;
}

/** What is told of an image that exists already as if it were built here; `resolve` does not see these. */
const pushedOrBuilt = ({ buildSecrets, registry }: { buildSecrets: unknown; registry: unknown }): Problem[] => [
  ...(buildSecrets === undefined ? [] : buildOnly(["buildSecrets"])),
  ...(registry === undefined ? [] : [PUSHED]),
];

const PUSHED: Problem = {
  path: "registry",
  message: "says where a built image is pushed, and image.reference names one that exists already",
  fix: "remove `registry`, or image.reference to have the image built from `source`",
};

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !pulumi.Output.isInstance(value) && !(value instanceof Promise);

const plainKeys = (map: unknown): string[] => (isPlainObject(map) ? Object.keys(map) : []);

function holdsOutput(value: unknown): boolean {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsOutput);
}

const notPlain = (field: string): Problem => ({
  path: field,
  message: "depends on another resource, but it decides which resources exist and must be known at preview",
  got: "an output",
  allowed: "a plain value",
  fix: "pass values of other resources in `env` or `secrets`",
});
