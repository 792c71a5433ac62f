import * as docker from "@pulumi/docker";
import * as pulumi from "../pulumi";
import type { ImageSettings, RegistryArgs, ResolvedServer } from "../server";
import type { BuildContext } from "./context";

/** What is handed on as it comes, known or not. */
export interface LateInputs {
  registry?: pulumi.Input<RegistryArgs> | undefined;
  buildSecrets?: Record<string, pulumi.Input<string>> | undefined;
}

/** Inputs of the Docker provider's Image. */
export function imageInputs(
  { name }: Pick<ResolvedServer, "name">,
  { context, dockerfile, digest }: BuildContext,
  { buildArgs = {}, platform = thisPlatform() }: Pick<ImageSettings, "buildArgs" | "platform">,
  { registry, buildSecrets = {} }: LateInputs = {},
): docker.ImageArgs {
  const secrets = Object.entries(buildSecrets).map(([key, value]) => [key, pulumi.secret(value)]);
  const buildArguments: Record<string, pulumi.Input<string>> = { ...buildArgs, ...Object.fromEntries(secrets) };
  const build = {
    context,
    dockerfile,
    platform,
    builderVersion: docker.BuilderVersion.BuilderBuildKit,
    ...(Object.keys(buildArguments).length > 0 && { args: buildArguments }),
  };
  // The tag is the content: one that never moves, for people to find an image by. What is deployed is the digest.
  const tag = digest.slice(0, 12);
  if (registry === undefined) return { imageName: `mcp/${name}:${tag}`, build, skipPush: true };
  return {
    imageName: pulumi
      .output(registry)
      .apply((to) => `${[to.server, to.namespace, name].filter(Boolean).join("/")}:${tag}`),
    build,
    skipPush: false,
    registry: pulumi.output(registry).apply(({ server, username, password }) => ({
      server,
      ...(username && password ? { username, password: pulumi.secret(password) } : {}),
    })),
  };
}

const thisPlatform = (): string => `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
