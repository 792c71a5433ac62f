import { type Addition, npmInstallInto } from "../../runtime/files";
import { layerFiles, pthLine } from "../../runtime/layer";
import { TELEMETRY_FOLDER as FOLDER, type ResolvedServer, Runtime } from "../server";

const CONTEXT = ".mcp-telemetry";

/** The layer in an image. */
export function telemetryAddition({ runtime }: Pick<ResolvedServer, "runtime">): Addition {
  const isPython = runtime === Runtime.Python;
  return {
    files: layerFiles(runtime, CONTEXT),
    install: [`COPY ${CONTEXT} ${FOLDER}`, isPython ? PYTHON : npmInstallInto(FOLDER)],
    folder: FOLDER,
    inOneStage: true,
  };
}

const PYTHON =
  "RUN --mount=type=cache,target=/root/.cache/pip pip install --root-user-action=ignore --disable-pip-version-check \\\n" +
  `    --no-deps --require-hashes --target ${FOLDER}/lib -r ${FOLDER}/requirements.txt \\\n` +
  // The bytecode: a container can't write any.
  ` && python -m compileall -q ${FOLDER}/mcp_telemetry \\\n` +
  ` && echo '${pthLine(FOLDER)}' > "$(echo /opt/venv/lib/python3*/site-packages)/mcp_telemetry.pth"`;

/** What loads the layer into a Node server: an option of its own, which its child processes don't inherit. */
export const nodeOptions = (
  { runtime, telemetry }: Pick<ResolvedServer, "runtime" | "telemetry">,
  folder: string = FOLDER,
): string[] => (telemetry && runtime === Runtime.Node ? [`--import=${folder}/register.mjs`] : []);
