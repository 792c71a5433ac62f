import * as path from "node:path";
import { Transport } from "./args";
import type { Detection, FastmcpLauncher } from "./detection";
import { explicitEntryPoint, missingEntryPoint } from "./entryPoint";
import type { Problem } from "./errors";
import { reachable, type SourceCode, sourceCode } from "./imports";
import type { Inspection } from "./inspect";
import { pythonDependencies, pythonDependencyFiles, requiresPython } from "./pythonDependencies";
import { importsMcp, pythonTransports } from "./pythonTransport";
import type { EntryPoint } from "./resolved";
import { normalize } from "./sources";
import type { TransportEvidence } from "./transport";

const CONVENTIONAL = ["server.py", "main.py", "app.py"];
const MCP_PACKAGES = new Set(["mcp", "fastmcp", "fastmcp-slim"]);

/** Something that could start the server. */
interface Candidate {
  entryPoint: EntryPoint;
  /** The file that runs first. */
  file: string;
}

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

function findCandidate(
  inspection: Inspection,
  sources: SourceCode[],
  given: string | undefined,
): Candidate | { problem: Problem } {
  const { files, fastmcpJson } = inspection;
  if (given !== undefined) {
    const explicit = explicitEntryPoint(given, "python", inspection);
    return "problem" in explicit
      ? explicit
      : { entryPoint: explicit, file: moduleFile(explicit.value, files) ?? explicit.value };
  }
  if (fastmcpJson !== undefined) {
    const { source } = fastmcpJson;
    const file = normalize(typeof source === "string" ? source : source.path);
    if (files.includes(file)) return fileCandidate(file);
    const message = `fastmcp.json starts ${file}, which does not exist`;
    return { problem: { path: "source", message, fix: "correct source.path in fastmcp.json" } };
  }
  const modules = [...scriptModules(inspection, sources), ...packageModules(files, sources)];
  const conventional = [...CONVENTIONAL, `${path.basename(inspection.folder).replaceAll("-", "_")}_server.py`].filter(
    (file) => files.includes(file),
  );
  const scripted = modules[0];
  if (scripted !== undefined) return scripted;
  const starting = conventional.find((file) => pythonTransports(reachable(file, sources, "python")).length > 0);
  const running = sources.filter(
    ({ path, code }) => !path.includes("/") && pythonTransports([{ path, code }]).length > 0,
  );
  if (starting !== undefined) return fileCandidate(starting);
  if (running.length === 1 && running[0]) return fileCandidate(running[0].path);
  if (running.length > 1) return { problem: ambiguous(running.map((source) => source.path)) };
  const defining = conventional.find((file) => reachable(file, sources, "python").some(({ code }) => importsMcp(code)));
  const fallback = defining ?? conventional[0] ?? onlyFastmcpFile(sources);
  if (fallback !== undefined) return fileCandidate(fallback);
  return { problem: missingEntryPoint("python", inspection, scriptFix(inspection)) };
}

function fileCandidate(file: string): Candidate {
  return { entryPoint: { kind: "file", value: file }, file };
}

function moduleCandidate(module: string, file: string): Candidate {
  const moduleRoot = file.startsWith("src/") ? "src" : undefined;
  return { entryPoint: { kind: "module", value: module, ...(moduleRoot && { moduleRoot }) }, file };
}

/** What [project.scripts] starts, as far as `python -m` can start it too: a package's __main__.py, or a module that runs when executed. */
function scriptModules({ pyProject, files }: Inspection, sources: SourceCode[]): Candidate[] {
  const scripts = { ...pyProject?.tool?.poetry?.scripts, ...pyProject?.project?.scripts };
  return Object.values(scripts).flatMap((target) => {
    const module = typeof target === "string" ? (target.split(":")[0]?.trim() ?? "") : "";
    const [top = ""] = module.split(".");
    const main = moduleFile(top, files);
    if (main?.endsWith("/__main__.py")) return [moduleCandidate(top, main)];
    const file = moduleFile(module, files);
    const code = sources.find((source) => source.path === file)?.code;
    return file && code && runsWhenExecuted(code.text) ? [moduleCandidate(module, file)] : [];
  });
}

/** Packages of the folder that can be executed and have to do with MCP. */
function packageModules(files: string[], sources: SourceCode[]): Candidate[] {
  return files.flatMap((file) => {
    const name = /^(?:src\/)?([A-Za-z_]\w*)\/__main__\.py$/.exec(file)?.[1];
    if (name === undefined || !reachable(file, sources, "python").some(({ code }) => importsMcp(code))) return [];
    return [moduleCandidate(name, file)];
  });
}

/** The file that `python -m module` runs: the module's own, or its package's __main__.py. */
export function moduleFile(module: string, files: string[]): string | undefined {
  const stem = module.replaceAll(".", "/");
  return [`${stem}/__main__.py`, `${stem}.py`, `src/${stem}/__main__.py`, `src/${stem}.py`].find((file) =>
    files.includes(file),
  );
}

/** Whether a module does more than define things: a main guard, a block, or a call at its top level. Errs towards yes. */
function runsWhenExecuted(code: string): boolean {
  return (
    /^if\s+\(?__name__\s*==/m.test(code) ||
    /^(?:try|with|while|for|async|await|raise)\b/m.test(code) ||
    /^(?!print\b|load_dotenv\b)[A-Za-z_]\w*\s*\(/m.test(code) ||
    /^\w[\w.]*\.(?:run\w*|start\w*|serve\w*|exit|main|cli|app)\s*\(/m.test(code)
  );
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

function onlyFastmcpFile(sources: SourceCode[]): string | undefined {
  const defining = sources.filter(({ path, code }) => !path.includes("/") && definesFastmcp(code.text));
  return defining.length === 1 ? defining[0]?.path : undefined;
}

function definesFastmcp(code: string): boolean {
  return /^[ \t]*from[ \t]+fastmcp\b/m.test(code) && /^\w+\s*(?::[^=\n]+)?=\s*FastMCP\s*\(/m.test(code);
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

/** How to make a declared script startable with `python -m`, which calls no function. */
function scriptFix({ pyProject, files }: Inspection): string | undefined {
  const target = Object.values(pyProject?.project?.scripts ?? {})[0];
  const [module = "", call = "main"] = target?.split(":") ?? [];
  const top = module.split(".")[0] ?? "";
  const folder = [top, `src/${top}`].find((candidate) => files.some((file) => file.startsWith(`${candidate}/`)));
  return folder && `add ${folder}/__main__.py with: from ${module} import ${call}; ${call}()`;
}

function ambiguous(files: string[]): Problem {
  return {
    path: "entryPoint",
    message: "several files start an MCP server, so the one to deploy must be chosen",
    got: files.join(", "),
    fix: `set \`entryPoint: ${files[0]}\``,
  };
}
