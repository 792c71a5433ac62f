import { createHash } from "node:crypto";
import type { output } from "@pulumi/kubernetes/types";
import stringify from "fast-json-stable-stringify";
import type { InputsOf } from "../dynamic/inputsOf";
import { DynamicResource } from "../dynamic/resource";
import * as pulumi from "../pulumi";
import type { RolloutInputs } from "./provider/rollout";

/**
 * Waits until a rollout is done and, for an MCP server, shakes hands with a pod of it through a port-forward. A pod that
 * can't start fails the deployment at once, with its events and its own last lines. It runs again when the pods change.
 */
export class Rollout extends DynamicResource {
  /** Names of the server's tools, sorted. */
  declare readonly tools: pulumi.Output<string[]>;
  /** SHA-256 over the names, descriptions and schemas of the tools. */
  declare readonly toolsDigest: pulumi.Output<string>;

  constructor(name: string, inputs: InputsOf<RolloutInputs>, opts: pulumi.CustomResourceOptions) {
    super("Rollout", name, { ...inputs, tools: undefined, toolsDigest: undefined }, opts);
  }
}

/** A digest of what pods are made of. It is no secret: a template holds secrets by reference only. */
export const templateDigest = (template: pulumi.Output<output.core.v1.PodTemplateSpec>): pulumi.Output<string> =>
  pulumi.unsecret(template).apply((pods) => createHash("sha256").update(stringify(pods)).digest("hex").slice(0, 16));
