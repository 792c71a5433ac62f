import assert from "node:assert/strict";
import { dockerProvider } from "../../support/providers/docker";
import { randomProvider } from "../../support/providers/random";
import type { Context, ResourceType } from "../../support/providers/resource";

export const CONTAINER = "docker:index/container:Container";
export const IMAGE = "docker:index/image:Image";
export const PASSWORD = "random:index/randomPassword:RandomPassword";
export const VOLUME = "docker:index/volume:Volume";

/** A resource type of the test providers. */
export function resourceType(token: string): ResourceType {
  const type = { ...dockerProvider().resources, ...randomProvider().resources }[token];
  assert.ok(type, token);
  return type;
}

/** The context of a preview. */
export const previewContext: Context = {
  folder: __dirname,
  config: {},
  log: () => {},
  urn: "urn:pulumi:stack::project::type::web",
  name: "web",
  preview: true,
  seed: Uint8Array.from([1, 2, 3]),
};
