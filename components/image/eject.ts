import { type ImageSettings, InvalidInputError, NEVER_DEPLOYED, type ResolvedServer } from "../server";
import { additionsOf } from "./additions";
import { writtenRequirements } from "./context";
import { writeDockerfile } from "./dockerfile";
import { dockerfileOptions } from "./options";

/** A file for the server's folder. */
export interface EjectedFile {
  path: string;
  text: string;
}

/**
 * The Dockerfile that is written for a server, and what it needs to be built by hand, as files of the server's folder.
 * From then on the server's image is built from them.
 * @param buildSecrets names of its secret build arguments
 * @throws InvalidInputError when the server brings a Dockerfile already
 */
export function eject(server: ResolvedServer, image: ImageSettings, buildSecrets: string[] = []): EjectedFile[] {
  const own = image.dockerfile ?? server.inspection.dockerfile?.path;
  if (own !== undefined) {
    throw new InvalidInputError([
      {
        path: "eject",
        message: "the server has a Dockerfile of its own, which is not overwritten",
        got: own,
        fix: `remove ${own} (and \`image.dockerfile\`) to get the written one`,
      },
    ]);
  }
  // Development settings mount what this Dockerfile is to hold.
  const deployed = { ...server, develop: undefined };
  const added = additionsOf(deployed).flatMap((addition) => addition.files);
  const dockerfile = writeDockerfile(deployed, dockerfileOptions(server, image, { buildSecrets }));
  const requirements = writtenRequirements(server);
  const hasIgnore = server.inspection.files.includes(".dockerignore");
  return [
    { path: "Dockerfile", text: dockerfile.replace(/^#.*\n/, HEAD) },
    ...(hasIgnore ? [] : [{ path: ".dockerignore", text: dockerignore() }]),
    ...(requirements === undefined ? [] : [{ path: "requirements.txt", text: requirements }]),
    ...added.map(({ path, content }) => ({ path, text: content.toString("utf8") })),
  ];
}

const HEAD = "# Taken over from pulumi-mcp-deploy: yours now. Remove it to have it written again.\n";

/** What is never deployed, in the notation of .dockerignore: it anchors what .gitignore does not. */
function dockerignore(): string {
  const never = NEVER_DEPLOYED.map((pattern) => {
    const bare = pattern.replace(/\/$/, "");
    return bare.startsWith("/") ? bare.slice(1) : `**/${bare}`;
  });
  return `${[...never, "Dockerfile", ".dockerignore", "docker-compose.yml", "compose.yaml", "README.md"].join("\n")}\n`;
}
