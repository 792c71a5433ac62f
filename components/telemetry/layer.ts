import { type AddedFile, addedFiles, shippedFolder } from "../bridge/files";
import { Runtime } from "../server/args";

/** The layer's own files: of Python a package with its requirements, of Node modules with their package.json. */
export const layerFiles = (runtime: Runtime, under: string): AddedFile[] =>
  addedFiles(folderOf(runtime), under, runtime === Runtime.Python ? /\.(py|txt)$/ : /\.(mjs|json)$/);

export const layerFolder = (runtime: Runtime): string => shippedFolder(folderOf(runtime));

/**
 * What Python reads at its start where it stands in site-packages: it adds the layer behind all other packages,
 * and loads it. Variables such as PYTHONPATH stay the server's own.
 */
export const pthLine = (folder: string): string => `import sys; sys.path.append("${folder}"); import mcp_telemetry`;

const folderOf = (runtime: Runtime): string => `telemetry/${runtime}`;
