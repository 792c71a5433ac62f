import { type Addition, addedFiles, installInto } from "../../runtime/files";
import { type ResolvedServer, Runtime } from "../server";
import { bridgeCommand, isBridged } from "./bridge";

const CONTEXT = ".mcp-develop";
const FOLDER = "/opt/mcp-develop";

/** Ports of the debuggers in the container, those that every editor proposes. */
export const DEBUG_PORT = { [Runtime.Python]: 5678, [Runtime.Node]: 9229 };

/** What a development image holds beside the dependencies: what restarts a Python server on a change, and its debugger. Node has both. */
export function developAddition({
  runtime,
  develop,
}: Pick<ResolvedServer, "runtime" | "develop">): Addition | undefined {
  if (runtime !== Runtime.Python || develop === undefined) return undefined;
  const isDebugged = develop.debugPort !== undefined;
  return {
    files: addedFiles("develop", CONTEXT, isDebugged ? /\.(py|txt)$/ : /(\.py|requirements\.txt)$/),
    install: [
      `COPY ${CONTEXT} ${FOLDER}`,
      installInto(`${FOLDER}/lib`, `--no-deps -r ${FOLDER}/requirements.txt`),
      ...(isDebugged ? [installInto(`${FOLDER}/debug`, `--no-deps -r ${FOLDER}/requirements-debug.txt`)] : []),
    ],
    folder: FOLDER,
  };
}

/** The command of the image: the server's own, debugged, bridged and restarted on changes as far as each is asked for. */
export function containerCommand(server: ResolvedServer, command: string[]): string[] {
  const { develop } = server;
  const debugged = develop?.debugPort === undefined ? command : debug(server, command);
  // The bridge restarts its processes itself: the sessions of clients outlive an edit.
  if (isBridged(server)) return bridgeCommand(server, debugged);
  return develop?.mount ? restarted(server, debugged) : debugged;
}

function debug({ runtime }: ResolvedServer, [interpreter = "", ...args]: string[]): string[] {
  const listen = `0.0.0.0:${DEBUG_PORT[runtime]}`;
  if (runtime === Runtime.Node) return [interpreter, `--inspect=${listen}`, ...args];
  // debugpy takes the program that Python would be given, and none of Python's own options.
  const own = args.filter((argument) => argument === "-u");
  return [interpreter, ...own, `${FOLDER}/debug/debugpy`, "--listen", listen, ...args.slice(own.length)];
}

/** In development nobody waits for a graceful end. */
function restarted({ runtime }: ResolvedServer, command: string[]): string[] {
  const [interpreter = "", ...args] = command;
  if (runtime === Runtime.Python) return ["python", "-I", "-S", `${FOLDER}/reload.py`, ...command];
  return [interpreter, "--watch-path=/app", "--watch-preserve-output", "--watch-kill-signal=SIGKILL", ...args];
}
