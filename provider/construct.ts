import { type Inputs, Output } from "@pulumi/pulumi/output";
import type { ConstructResult } from "@pulumi/pulumi/provider";
import type { ComponentResource, ComponentResourceOptions } from "@pulumi/pulumi/resource";

type Component = new (name: string, args: never, opts: ComponentResourceOptions) => ComponentResource;

/**
 * Makes a component for a program in another language. The components are loaded by the package's name: no other file of
 * the provider knows them.
 */
export async function construct(
  name: string,
  type: string,
  inputs: Inputs,
  options: ComponentResourceOptions,
): Promise<ConstructResult> {
  const component = type.split(":").at(-1) ?? "";
  const components = require("pulumi-mcp-deploy") as Record<string, Component | undefined>;
  const Class = components[component];
  if (Class === undefined) throw new Error(`The package mcp has no component ${component}.`);
  const made = new Class(name, inputs as never, options);
  return { urn: made.urn, state: outputs(made) };
}

/** The fields of a component are its outputs, and nothing else. */
const outputs = (made: ComponentResource): Inputs =>
  Object.fromEntries(Object.entries(made).filter(([name, value]) => name !== "urn" && Output.isInstance(value)));
