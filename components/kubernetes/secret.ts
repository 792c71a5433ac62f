import { scryptSync } from "node:crypto";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "../pulumi";
import type { McpServerArgs, RegistryArgs } from "../server";
import { metadata, type Placement } from "./metadata";

/** The secrets, unless there are none for certain: a Secret without values would be replaced at every run. */
export const withValues = (secrets: McpServerArgs["secrets"]): McpServerArgs["secrets"] =>
  secrets && Object.keys(secrets).length === 0 && !pulumi.Output.isInstance(secrets) ? undefined : secrets;

/** A Secret with a name of its own for every content: pods of an older rollout keep theirs until they have ended. */
export const createSecret = (
  parent: pulumi.Resource,
  place: Placement,
  secrets: NonNullable<McpServerArgs["secrets"]>,
): kubernetes.core.v1.Secret =>
  new kubernetes.core.v1.Secret(
    `${place.name}-secrets`,
    { metadata: metadata({ ...place, fixedNames: false }), stringData: pulumi.secret(secrets) },
    { parent },
  );

/** Annotation of a pod whose value changes with the secrets that it was started with. */
export const CHECKSUM = "checksum/secrets";

/**
 * A checksum over secret values. It stands in the cluster in clear, so it is made by a slow function: whoever reads it
 * can't try out short values, and it is no secret itself: a preview shows that it changes.
 */
export function checksum(name: string, secrets: McpServerArgs["secrets"]): pulumi.Output<string> {
  return pulumi.unsecret(pulumi.output(secrets ?? {})).apply((values) => {
    const sorted = Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
    const salt = `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
    return scryptSync(JSON.stringify(sorted), salt, 16, { N: 4096 }).toString("hex");
  });
}

/** Credentials of a registry, as an image pull secret holds them. */
export function dockerConfig(registry: pulumi.Input<RegistryArgs>): pulumi.Output<string> {
  return pulumi.secret(pulumi.output(registry)).apply(({ server, username, password }) => {
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    return JSON.stringify({ auths: { [server]: { username, password, auth } } });
  });
}
