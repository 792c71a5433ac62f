import { readFileSync } from "node:fs";
import path from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "../pulumi";
import {
  ImageLayout,
  type ImageSettings,
  InvalidInputError,
  type McpServerArgs,
  plainSettings,
  type ResolvedServer,
  resolve,
  sourceDigest,
} from "../server";
import { writeContext } from "./context";
import { defaultBase, writeDockerfile } from "./dockerfile";
import { imageInputs } from "./inputs";

/**
 * The image of an MCP server, built from its own Dockerfile or from one that is written for it, and pushed when a
 * registry is given.
 */
export class McpImage extends pulumi.ComponentResource {
  /** What to deploy: the digest in the registry ("name@sha256:..."), or the id of an image that is not pushed. Never a tag. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: McpServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpImage", name, {}, opts);
    const { image = {}, ...settings } = plainSettings(args);
    const server = resolve(name, settings);
    const built = new docker.Image(
      `${name}-image`,
      imageInputs(server, contextOf(server, image), image, args.registry),
      {
        parent: this,
      },
    );
    this.reference = built.repoDigest;
    this.registerOutputs();
  }
}

/** Writes the build context, with the server's own Dockerfile or one for it. */
function contextOf(server: ResolvedServer, image: ImageSettings) {
  const folder = path.posix.join(".mcp", pulumi.getStack(), server.name);
  return writeContext(server, ownDockerfile(server, image) ?? writtenDockerfile(server, image), folder);
}

function ownDockerfile({ source, inspection }: ResolvedServer, { dockerfile }: ImageSettings): string | undefined {
  if (dockerfile === undefined) return inspection.dockerfile?.text;
  try {
    return readFileSync(path.join(source, dockerfile), "utf8");
  } catch {
    throw new InvalidInputError([
      {
        path: "image.dockerfile",
        message: "there is no such file in the server's folder",
        got: dockerfile,
        allowed: "the path of a Dockerfile, relative to `source`",
        fix: "correct the path, or leave it out: then a Dockerfile is written",
      },
    ]);
  }
}

function writtenDockerfile(server: ResolvedServer, image: ImageSettings): string {
  return writeDockerfile(server, {
    layout: image.layout ?? ImageLayout.MultiStage,
    base: image.base ?? defaultBase(server),
    securityUpdates: image.securityUpdates ?? false,
    systemPackages: image.systemPackages ?? [],
    revision: sourceDigest(server.source),
  });
}
