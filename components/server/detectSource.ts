import * as path from "node:path";
import { InvalidInputError, type Problem } from "../../common/errors";
import { Runtime, Transport } from "./args";
import type { Detection, EntryPoint } from "./detection";
import { inspectFolder } from "./inspect";
import type { Inspection } from "./inspection";
import { detectNode } from "./node";
import { detectPython } from "./python";
import type { SourceSettings } from "./resolved";
import { chooseRuntime } from "./runtime";
import { decideTransport, type TransportDecision } from "./transport";
import { validateKinds } from "./validate";

/** What a server's folder says, with the runtime, the entry point and the transport decided. */
export interface Detected extends Detection, Omit<TransportDecision, "problems"> {
  inspection: Inspection;
  runtime: Runtime;
  entryPoint: EntryPoint;
  /** What the code says it listens on, for HTTP. */
  listening: { port?: number; host?: string; path?: string; file?: string };
}

/**
 * Reads a server's folder and decides what the settings leave open.
 * @param read what was read from the folder before
 * @returns what was detected, unless something keeps it from being, and every problem found
 */
export function detectSource(
  settings: SourceSettings,
  read?: Inspection,
): { detected?: Detected; problems: Problem[] } {
  let inspection: Inspection;
  try {
    inspection = read ?? inspectFolder(settings.source, fileOf(settings.entryPoint));
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { problems: error.problems };
  }
  if (validateKinds(settings).length > 0) return { problems: [] };
  const choice = chooseRuntime(inspection, settings);
  if ("problem" in choice) return { problems: [choice.problem] };
  const { runtime } = choice;
  const detection = (runtime === Runtime.Python ? detectPython : detectNode)(inspection, settings.entryPoint);
  const { entryPoint } = detection;
  if (entryPoint === undefined) return { problems: detection.problems };
  const { problems, ...decision } = decideTransport(settings.transport, detection.transports);
  const http =
    decision.transport === Transport.Http
      ? detection.transports.filter((item) => item.transport === Transport.Http)
      : [];
  const listening = http.find((item) => item.port !== undefined) ?? http[0] ?? {};
  return {
    detected: { ...detection, ...decision, inspection, runtime, entryPoint, listening },
    problems: [...detection.problems, ...problems],
  };
}

/** The FastMCP CLI gets what FastMCP's own `run()` would: the server, and where it listens. Its host comes from FASTMCP_HOST. */
export function launchArgs(
  { launcher, transport }: Detected,
  port: number,
  mcpPath: string,
  args: string[] = [],
): string[] {
  if (launcher === undefined) return [];
  const listen = transport === Transport.Http ? ["--port", String(port), "--path", mcpPath] : [];
  const own = ["run", launcher.target, "--skip-env", "--no-banner", "--transport", transport, ...listen];
  return args.length > 0 ? [...own, "--"] : own;
}

/** What the code listens on, where that is not what is set, or can't be reached. */
export function listeningWarnings({ listening, launcher }: Detected, port: number, mcpPath: string): string[] {
  const { port: ownPort, host, path: ownPath, file } = listening;
  const isTold = launcher !== undefined;
  return [
    ...(ownPort !== undefined && ownPort !== port && !isTold
      ? [
          `port is set to ${port}, but ${file} listens on ${ownPort} whatever PORT says: read PORT there, or set \`port: ${ownPort}\``,
        ]
      : []),
    ...(ownPath !== undefined && ownPath !== mcpPath && !isTold
      ? [`path is set to ${mcpPath}, but ${file} serves ${ownPath}: set \`path: ${ownPath}\``]
      : []),
    ...(host !== undefined && /^(127\.|localhost$|::1$)/.test(host)
      ? [
          `${file} listens on ${host} only, which nothing outside its container reaches: leave the host out there, or use 0.0.0.0`,
        ]
      : []),
  ];
}

/** Dependencies that nothing declares. */
export function installWarnings({ runtime, dependencyFiles }: Detected): string[] {
  if (dependencyFiles.length > 0) return [];
  const file = runtime === Runtime.Python ? "requirements.txt or pyproject.toml" : "package.json";
  return [`the folder has no ${file}, so no dependency is installed for the server`];
}

/** The entry point when it is a file of the folder, whatever else is wrong with it. */
function fileOf(entryPoint: string | undefined): string | undefined {
  return entryPoint === undefined || entryPoint.startsWith("-")
    ? undefined
    : path.posix.normalize(entryPoint.replaceAll("\\", "/"));
}
