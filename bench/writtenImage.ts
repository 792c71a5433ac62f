import { join } from "node:path";
import { type BuildContext, contextFiles, filesDigest, writeContext } from "../components/image/context";
import { writeDockerfile } from "../components/image/dockerfile";
import { dockerfileOptions } from "../components/image/options";
import { resolve } from "../components/server";

/** Writes the build context of a server's folder, as an `up` does. */
export function writeImage(name: string, source: string, to: string): BuildContext {
  const server = resolve(name, { source });
  const files = contextFiles(server, false);
  const options = dockerfileOptions(server, {}, { revision: filesDigest(files) });
  return writeContext(files, writeDockerfile(server, options), join(to, "image"));
}
