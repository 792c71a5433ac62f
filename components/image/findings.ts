import type { ImageFindings, ImageSettings, ResolvedServer } from "../server";
import { checkAdditions, checkDockerfile, findDockerfile, type OwnDockerfile } from "./ownDockerfile";
import { checkSettings } from "./settings";

/** What is wrong with a server's image, of its settings and of its own Dockerfile, and what deserves a warning. */
export function imageFindings(
  server: ResolvedServer,
  image: ImageSettings,
  buildSecrets: string[],
  own: OwnDockerfile | undefined = findDockerfile(server, image.dockerfile),
): ImageFindings {
  const found = [
    checkSettings(image, buildSecrets),
    ...(own ? [checkDockerfile(own, image, buildSecrets), checkAdditions(own, server)] : []),
  ];
  return {
    problems: found.flatMap(({ problems }) => problems),
    warnings: found.flatMap(({ warnings }) => warnings),
  };
}
