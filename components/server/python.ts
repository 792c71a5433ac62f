import type { Problem } from "../../common/errors";
import { Transport } from "./args";
import type { Detection, FastmcpLauncher } from "./detection";
import { reachable, type SourceCode, sourceCode } from "./imports";
import type { Inspection } from "./inspection";
import { pythonDependencies, pythonDependencyFiles, requiresPython } from "./pythonDependencies";
import { type Candidate, definesFastmcp, findCandidate, runsWhenExecuted } from "./pythonEntryPoint";
import { importsMcp, pythonTransports } from "./pythonTransport";
import type { TransportEvidence } from "./transport";

const MCP_PACKAGES = new Set(["mcp", "fastmcp", "fastmcp-slim"]);

/**
 * Detects a Python server from its files, in this order: the entry point that was given, fastmcp.json, a script of pyproject.toml,
 * a package with __main__.py, server.py, main.py, app.py, <folder>_server.py, else the one file that runs an MCP server.
 * A FastMCP file that never calls `run()` is started as `fastmcp run` would.
 */
export function detectPython(inspection: Inspection, given?: string): Detection {
  const sources = sourceCode(inspection, "python");
  const dependencies = pythonDependencies(inspection);
  const detection: Detection = {
    entryPoint: undefined,
    launcher: undefined,
    transports: [],
    dependencies,
    dependencyFiles: pythonDependencyFiles(inspection),
    requiresRuntime: requiresPython(inspection),
    isServer:
      inspection.fastmcpJson !== undefined ||
      dependencies.some(({ name }) => MCP_PACKAGES.has(name)) ||
      sources.some(({ code }) => importsMcp(code)),
    problems: [],
  };
  const found = findCandidate(inspection, sources, given);
  if ("problem" in found) return { ...detection, problems: [found.problem] };

  const code = reachable(found.file, sources, "python");
  const transports = pythonTransports(code);
  const declared = given === undefined ? declaredTransport(inspection) : undefined;
  const launcher = fastmcpLauncher(found, code, transports, declared);
  if (launcher !== undefined) {
    const bare = { transport: Transport.Stdio, file: launcher.target, what: "fastmcp run", fixed: false };
    const own = transports.map((item) => ({ ...item, fixed: false }));
    const decisive = declared ? [declared] : own.length > 0 ? own : [bare];
    return { ...detection, entryPoint: { kind: "module", value: "fastmcp.cli" }, launcher, transports: decisive };
  }
  const idle = neverStarts(found, code);
  return { ...detection, entryPoint: found.entryPoint, transports, problems: idle ? [idle] : [] };
}

/** fastmcp.json's own transport, which holds when the FastMCP CLI starts the server. */
function declaredTransport({ fastmcpJson }: Inspection): TransportEvidence | undefined {
  const { transport, port, host, path: mcpPath } = fastmcpJson?.deployment ?? {};
  if (!transport) return undefined;
  return {
    transport: transport === "streamable-http" ? Transport.Http : transport,
    file: "fastmcp.json",
    what: `deployment.transport "${transport}"`,
    fixed: true,
    ...(port ? { port } : {}),
    ...(host ? { host } : {}),
    ...(mcpPath ? { path: mcpPath } : {}),
  };
}

/** Starts through the FastMCP CLI what does not start itself, and what fastmcp.json starts in another way than its own code. */
function fastmcpLauncher(
  { entryPoint, file }: Candidate,
  code: SourceCode[],
  transports: TransportEvidence[],
  declared: TransportEvidence | undefined,
): FastmcpLauncher | undefined {
  if (declared) {
    const agrees = transports.length > 0 && transports.every(({ transport }) => transport === declared.transport);
    return agrees ? undefined : { target: "fastmcp.json" };
  }
  const own = code[0];
  if (entryPoint.kind === "module" || own === undefined || !definesFastmcp(own.code.text)) return undefined;
  return transports.length > 0 && runsWhenExecuted(own.code.text) ? undefined : { target: file };
}

/** A file that defines a server and ends: it would exit at once, with nothing to tell why. */
function neverStarts({ entryPoint, file }: Candidate, code: SourceCode[]): Problem | undefined {
  const own = code[0];
  if (entryPoint.kind === "module" || own === undefined || runsWhenExecuted(own.code.text)) return undefined;
  if (!code.some((source) => importsMcp(source.code))) return undefined;
  const main = /^(?:async\s+)?def\s+(main|run|serve|start)\s*\(/m.exec(own.code.text);
  const call = main === null ? "mcp.run()" : main[0].startsWith("async") ? `asyncio.run(${main[1]}())` : `${main[1]}()`;
  return {
    path: "entryPoint",
    message: `${file} defines the server but never starts it`,
    got: file,
    fix: `add to ${file}: if __name__ == "__main__": ${call}`,
  };
}
