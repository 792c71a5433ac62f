import * as docker from "@pulumi/docker";
import * as pulumi from "../pulumi";
import { type ImageSettings, InvalidInputError, parseImageReference } from "../server";
import { checkSettings } from "./settings";

/**
 * Pulls an image that exists already, unless the Docker Engine has it, and gives what to deploy: its digest, or its id
 * where no registry knows it. Later runs change nothing, whatever becomes of the tag.
 * @throws InvalidInputError with every problem of the settings
 */
export function pullImage(
  name: string,
  reference: string,
  image: ImageSettings,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const { problems } = checkSettings(image, []);
  if (problems.length > 0) throw new InvalidInputError(problems);
  const inputs = { name: reference, keepLocally: true, ...(image.platform && { platform: image.platform }) };
  const pulled = new docker.RemoteImage(name, inputs, { parent });
  const { name: repository, digest } = parseImageReference(reference);
  // Through the resource, which has to be there first, and yet known in a preview.
  if (digest !== undefined) return pulled.name.apply(() => `${repository}@${digest}`);
  return pulumi
    .all([pulled.imageId, pulled.repoDigest])
    .apply(([id, repoDigest]) => (isOf(repository, repoDigest) ? repoDigest : id));
}

/** The engine may know an image by several repositories, or by none; the provider then names any of them, or "". */
const isOf = (repository: string, repoDigest: string): boolean => repoDigest.startsWith(`${repository}@`);
