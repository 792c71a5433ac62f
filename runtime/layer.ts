import { createHash } from "node:crypto";
import { type AddedFile, addedFiles, shippedFolder } from "./files";

/** What a server may be written for, and has a layer of its own here. */
export type Runtime = "python" | "node";

/** The layer's own files: of Python a package with its requirements, of Node modules with their package.json. */
export const layerFiles = (runtime: Runtime, under: string): AddedFile[] =>
  addedFiles(folderOf(runtime), under, runtime === "python" ? /\.(py|txt)$/ : /\.(mjs|json)$/);

export const layerFolder = (runtime: Runtime): string => shippedFolder(folderOf(runtime));

/**
 * What Python reads at its start where it stands in site-packages: it adds the layer behind all other packages,
 * and loads it. Variables such as PYTHONPATH stay the server's own.
 */
export const pthLine = (folder: string): string => `import sys; sys.path.append("${folder}"); import mcp_telemetry`;

const folderOf = (runtime: Runtime): string => `telemetry/${runtime}`;

/** Folder of the layer in the environment of a Node server, relative to the release that links to it. */
export const NODE_LAYER = "node_modules/.mcp-telemetry";

/** Changes with the layer's own files and the versions of its libraries. */
export function layerDigest(runtime: Runtime): string {
  const hash = createHash("sha256");
  for (const { path: file, content } of layerFiles(runtime, "layer")) hash.update(`${file}\n`).update(content);
  return hash.digest("hex");
}
