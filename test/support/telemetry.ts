import { delimiter, resolve } from "node:path";
import { pythonLibraryFor } from "./serverEnvironment";

export const PYTHON_LAYER = resolve(__dirname, "../../components/telemetry/python");

/** The variables that load the layer into a Python server. */
export async function pythonLayerEnv(pythonPath?: string): Promise<Record<string, string>> {
  return {
    PYTHONPATH: [PYTHON_LAYER, ...(pythonPath ? [pythonPath] : [])].join(delimiter),
    MCP_TELEMETRY_LIB: await pythonLibraryFor(resolve(PYTHON_LAYER, "requirements.txt")),
  };
}
