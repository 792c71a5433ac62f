import * as path from "node:path";
import type { Problem } from "../../common/errors";
import type { EntryPoint } from "./detection";
import { explicitEntryPoint, missingEntryPoint } from "./entryPoint";
import { reachable, type SourceCode } from "./imports";
import type { Inspection } from "./inspection";
import { importsMcp, pythonTransports } from "./pythonTransport";
import { normalize } from "./sources";

const CONVENTIONAL = ["server.py", "main.py", "app.py"];

/** Something that could start the server. */
export interface Candidate {
  entryPoint: EntryPoint;
  /** The file that runs first. */
  file: string;
}

/** Finds what starts the server, in the order that `detectPython` documents. */
export function findCandidate(
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
export function runsWhenExecuted(code: string): boolean {
  return (
    /^if\s+\(?__name__\s*==/m.test(code) ||
    /^(?:try|with|while|for|async|await|raise)\b/m.test(code) ||
    /^(?!print\b|load_dotenv\b)[A-Za-z_]\w*\s*\(/m.test(code) ||
    /^\w[\w.]*\.(?:run\w*|start\w*|serve\w*|exit|main|cli|app)\s*\(/m.test(code)
  );
}

function onlyFastmcpFile(sources: SourceCode[]): string | undefined {
  const defining = sources.filter(({ path, code }) => !path.includes("/") && definesFastmcp(code.text));
  return defining.length === 1 ? defining[0]?.path : undefined;
}

/** Whether code makes a server of the fastmcp package at its top level, where `fastmcp run` finds it. */
export function definesFastmcp(code: string): boolean {
  return /^[ \t]*from[ \t]+fastmcp\b/m.test(code) && /^\w+\s*(?::[^=\n]+)?=\s*FastMCP\s*\(/m.test(code);
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
