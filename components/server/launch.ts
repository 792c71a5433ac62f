import { Runtime, Transport } from "./args";
import type { EntryPoint } from "./detection";
import type { DeployedServer, ResolvedServer } from "./resolved";

/** A command with its arguments. */
export interface Command {
  command: string;
  args: string[];
}

/**
 * How the server in the folder `root` is started.
 * @param interpreter absolute, a name on PATH, or a path below `root` that begins with a dot
 * @param options further ones of the interpreter's own
 */
export function launchCommand(
  { runtime, entryPoint, args }: Pick<ResolvedServer, "runtime" | "entryPoint" | "args">,
  root: string,
  interpreter: string,
  options: string[] = [],
): Command {
  const command = interpreter.startsWith(".") ? `${root}/${interpreter}` : interpreter;
  return { command, args: [...runtimeArguments(runtime), ...options, ...entryArguments(entryPoint, root), ...args] };
}

/** What replaces the command of the server's image. An image that is built has its arguments already. */
export const imageCommand = ({ imageReference, args }: Pick<DeployedServer, "imageReference" | "args">): string[] =>
  imageReference === undefined ? [] : args;

// Python holds back what it writes to a pipe, and the last lines of a crash with it, unless it is told otherwise.
const runtimeArguments = (runtime: Runtime): string[] => (runtime === Runtime.Python ? ["-u"] : []);

const entryArguments = ({ kind, value }: EntryPoint, root: string): string[] =>
  kind === "module" ? ["-m", value] : [`${root}/${value}`];

/**
 * Environment variables by which a server learns where to listen. FastMCP reads its own names; the other names are
 * those that servers of every platform use.
 */
export function listenEnv(
  {
    transport,
    port,
    metricsPort,
    path,
    telemetry,
  }: Pick<DeployedServer, "transport" | "port" | "metricsPort" | "path" | "telemetry">,
  host: string,
): Record<string, string> {
  if (transport === Transport.Stdio) return {};
  return {
    HOST: host,
    PORT: String(port),
    METRICS_HOST: host,
    METRICS_PORT: String(metricsPort),
    FASTMCP_TRANSPORT: "http",
    FASTMCP_HOST: host,
    FASTMCP_PORT: String(port),
    FASTMCP_STREAMABLE_HTTP_PATH: path,
    ...(telemetry && { MCP_TELEMETRY_PATH: path }),
  };
}

/** A Python module is found in its folder whatever the working directory is. */
export function moduleEnv(
  { runtime, entryPoint }: Pick<ResolvedServer, "runtime" | "entryPoint">,
  root: string,
): Record<string, string> {
  if (runtime !== Runtime.Python || entryPoint.kind !== "module") return {};
  return { PYTHONPATH: entryPoint.moduleRoot ? `${root}/${entryPoint.moduleRoot}` : root };
}
