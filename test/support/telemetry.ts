import { resolve } from "node:path";
import { pthLine } from "../../runtime/layer";
import { makeFolder } from "./folder";
import { pythonLibraryFor } from "./serverEnvironment";

export const PYTHON_LAYER = resolve(__dirname, "../../runtime/telemetry/python");

/**
 * Variables that load the layer into a Python server whose environment is without it: by the same line as an
 * environment's .pth file, which Python reads at its start, too.
 */
export async function pythonLayerEnv(): Promise<Record<string, string>> {
  return {
    PYTHONPATH: makeFolder({ "sitecustomize.py": `${pthLine(PYTHON_LAYER)}\n` }),
    MCP_TELEMETRY_LIB: await pythonLibraryFor(resolve(PYTHON_LAYER, "requirements.txt")),
  };
}
