import { type Addition, addedFiles, installInto, npmInstallInto } from "../../runtime/files";
import { type DeployedServer, type ResolvedServer, Runtime, Transport } from "../server";

/** Folder of the bridge in the build context, and in the image. */
export const BRIDGE_CONTEXT = ".mcp-bridge";
const FOLDER = "/opt/mcp-bridge";

/** Whether a container reaches the server through the bridge: a stdio server that no client starts itself. */
export const isBridged = ({ transport, launchedByClient }: Pick<DeployedServer, "transport" | "launchedByClient">) =>
  transport === Transport.Stdio && !launchedByClient;

/**
 * The bridge's programs and what they need: for a Python server one in Python, for a Node server one in Node. They
 * measure what they pass on by modules of the telemetry layer, which lie beside them.
 */
export function bridgeAddition({ runtime }: Pick<ResolvedServer, "runtime">): Addition {
  const isPython = runtime === Runtime.Python;
  const [layer, beside] = isPython
    ? ["telemetry/python/mcp_telemetry", "mcp_telemetry"]
    : ["telemetry/node", "telemetry"];
  return {
    files: [
      ...addedFiles("bridge", BRIDGE_CONTEXT, isPython ? /\.(py|txt)$/ : /\.mjs$/),
      ...addedFiles(layer, `${BRIDGE_CONTEXT}/${beside}`, isPython ? /\.py$/ : /\.(mjs|json)$/),
    ],
    install: [
      `COPY ${BRIDGE_CONTEXT} ${FOLDER}`,
      isPython
        ? installInto(`${FOLDER}/lib`, `--no-deps --require-hashes -r ${FOLDER}/requirements.txt`)
        : npmInstallInto(`${FOLDER}/${beside}`),
    ],
    folder: FOLDER,
  };
}

/** The command that serves a stdio server's command by HTTP. The bridge looks for nothing in the server's packages (-I -S). */
export function bridgeCommand({ runtime }: Pick<ResolvedServer, "runtime">, command: string[]): string[] {
  const program =
    runtime === Runtime.Python ? ["python", "-I", "-S", `${FOLDER}/bridge.py`] : ["node", `${FOLDER}/bridge.mjs`];
  return [...program, ...command];
}

/** What the image says of it: where it listens. */
export const bridgeImageEnv = ({
  port,
  metricsPort,
  path,
}: Pick<DeployedServer, "port" | "metricsPort" | "path">): Record<string, string> => ({
  PORT: String(port),
  METRICS_HOST: "0.0.0.0",
  METRICS_PORT: String(metricsPort),
  MCP_BRIDGE_PATH: path,
});

/** What a container says of it: limits, whose change rebuilds no image. */
export function bridgeEnv(server: DeployedServer): Record<string, string> {
  const { maxSessions, idleTimeoutSeconds, stateless } = server.bridge;
  return {
    ...bridgeImageEnv(server),
    MCP_BRIDGE_MAX_SESSIONS: String(server.develop?.debugPort === undefined ? maxSessions : 1),
    MCP_BRIDGE_IDLE_SECONDS: String(idleTimeoutSeconds),
    ...(stateless && { MCP_BRIDGE_STATELESS: "true" }),
    ...(server.develop?.mount && { MCP_BRIDGE_WATCH: "/app" }),
  };
}
