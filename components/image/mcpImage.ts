import path from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "../pulumi";
import {
  type ImageSettings,
  InvalidInputError,
  type McpServerArgs,
  plainSettings,
  type ResolvedServer,
  resolve,
} from "../server";
import { type BuildContext, contextFiles, filesDigest, writeContext } from "./context";
import { writeDockerfile } from "./dockerfile";
import { imageFindings } from "./findings";
import { ImageScan } from "./imageScan";
import { imageInputs } from "./inputs";
import { dockerfileOptions } from "./options";
import { findDockerfile } from "./ownDockerfile";
import { pullImage } from "./prebuilt";
import { secretNames, secretsOf } from "./settings";

/**
 * The image of an MCP server, built from its own Dockerfile or from one that is written for it, and pushed when a
 * registry is given; or one that exists already, pulled.
 */
export class McpImage extends pulumi.ComponentResource {
  /** What to deploy: the digest in the registry ("name@sha256:..."), or the id of an image that is in none. Never a tag. Known once a scan that was asked for has passed. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: McpServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpImage", name, {}, opts);
    const settings = plainSettings(args);
    const server = resolve(name, settings);
    const { image = {} } = settings;
    const { imageReference } = server;
    // Without an image that exists already there is a source: `resolve` sees to it.
    const reference =
      imageReference === undefined
        ? this.build(server as ResolvedServer, image, args)
        : pullImage(`${name}-image`, imageReference, image, this);
    this.reference =
      image.scan === undefined
        ? reference
        : new ImageScan(`${name}-scan`, { server: name, image: reference, ...image.scan }, { parent: this }).reference;
    this.registerOutputs();
  }

  private build(server: ResolvedServer, image: ImageSettings, args: McpServerArgs): pulumi.Output<string> {
    const { context, warnings } = buildContext(server, image, secretNames(args.image));
    for (const warning of warnings) void pulumi.log.warn(warning, this);
    const late = { registry: args.registry, buildSecrets: secretsOf(args.image) };
    const inputs = imageInputs(server, context, image, late);
    return new docker.Image(`${server.name}-image`, inputs, { parent: this }).repoDigest;
  }
}

/**
 * Writes the build context, with the server's own Dockerfile or one for it.
 * @throws InvalidInputError with every problem of the settings and the Dockerfile
 */
function buildContext(
  server: ResolvedServer,
  image: ImageSettings,
  buildSecrets: string[],
): { context: BuildContext; warnings: string[] } {
  const own = findDockerfile(server, image.dockerfile);
  const { problems, warnings } = imageFindings(server, image, buildSecrets, own);
  if (problems.length > 0) throw new InvalidInputError(problems);

  const files = contextFiles(server, own !== undefined);
  const dockerfile =
    own?.text ??
    writeDockerfile(server, dockerfileOptions(server, image, { buildSecrets, revision: filesDigest(files) }));
  const folder = path.posix.join(".mcp", pulumi.getStack(), server.name);
  return {
    context: writeContext(files, dockerfile, folder),
    warnings,
  };
}
