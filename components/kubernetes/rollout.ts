import { createHash } from "node:crypto";
import type * as kubernetes from "@pulumi/kubernetes";
import type { output } from "@pulumi/kubernetes/types";
import stringify from "fast-json-stable-stringify";
import type { RolloutInputs } from "../../provider/kubernetes/rolloutProperties";
import type { InputsOf } from "../inputsOf";
import { McpResource } from "../mcpResource";
import * as pulumi from "../pulumi";
import { secretValues } from "../server/secretValues";
import type { McpDeploymentArgs } from "./args";

/**
 * Waits until a rollout is done and, for an MCP server, shakes hands with a pod of it through a port-forward. A pod that
 * can't start fails the deployment at once, with its events and its own last lines. It runs again when the pods change.
 */
export class Rollout extends McpResource {
  /** Names of the server's tools, sorted. */
  declare readonly tools: pulumi.Output<string[]>;
  /** SHA-256 over the names, descriptions and schemas of the tools. */
  declare readonly toolsDigest: pulumi.Output<string>;

  constructor(name: string, inputs: InputsOf<RolloutInputs>, opts: pulumi.CustomResourceOptions) {
    super("Rollout", name, { ...inputs, tools: undefined, toolsDigest: undefined }, opts);
  }
}

/** The rollout of a workload, and the cluster that it is in. */
export function rolloutOf(
  { metadata, spec }: kubernetes.apps.v1.Deployment | kubernetes.apps.v1.StatefulSet | kubernetes.apps.v1.DaemonSet,
  { server, secrets, kubeconfig, context }: Watcher,
) {
  return {
    server,
    namespace: metadata.namespace,
    object: metadata.name,
    template: templateDigest((spec as pulumi.Output<{ template: output.core.v1.PodTemplateSpec }>).template),
    secrets: secretValues(secrets),
    ...(kubeconfig !== undefined && { kubeconfig: pulumi.secret(kubeconfig) }),
    ...(context !== undefined && { context }),
  };
}

/** For whom a rollout is watched, and with which credentials. */
interface Watcher extends Pick<McpDeploymentArgs, "secrets" | "kubeconfig" | "context"> {
  /** Name of the server or service, for messages. */
  server: string;
}

/** A digest of what pods are made of. It is no secret: a template holds secrets by reference only. */
const templateDigest = (template: pulumi.Output<output.core.v1.PodTemplateSpec>): pulumi.Output<string> =>
  pulumi.unsecret(template).apply((pods) => createHash("sha256").update(stringify(pods)).digest("hex").slice(0, 16));
