import type { Problem } from "../../common/errors";
import { Runtime } from "./args";
import type { Inspection } from "./inspection";
import { detectNode } from "./node";
import { detectPython } from "./python";
import type { ServerSettings } from "./resolved";

const PYTHON_MANIFESTS = ["requirements.txt", "pyproject.toml", "fastmcp.json", "Pipfile", "setup.py"];

/**
 * Chooses the runtime: the one that was set; the one that the entry point's extension tells; the only one whose dependencies or code
 * have to do with MCP; the only one with a manifest; the only language there is. So a package.json that holds tooling, such as Prettier,
 * does not make a Python server a Node one, nor a pyproject.toml with Ruff's settings the other way round.
 */
export function chooseRuntime(
  inspection: Inspection,
  { runtime, entryPoint }: Pick<ServerSettings, "runtime" | "entryPoint">,
): { runtime: Runtime } | { problem: Problem } {
  if (runtime !== undefined) return { runtime };
  if (entryPoint !== undefined && /^-m\b|\.py$/.test(entryPoint.trim())) return { runtime: Runtime.Python };
  if (entryPoint !== undefined && /\.[mc]?[jt]sx?$/.test(entryPoint.trim())) return { runtime: Runtime.Node };

  const isPython = detectPython(inspection).isServer;
  const isNode = detectNode(inspection).isServer;
  if (isPython !== isNode) return { runtime: isPython ? Runtime.Python : Runtime.Node };
  const python = PYTHON_MANIFESTS.filter((file) => inspection.files.includes(file));
  const node = inspection.files.includes("package.json") ? ["package.json"] : [];
  if (python.length > 0 && node.length === 0) return { runtime: Runtime.Python };
  if (node.length > 0 && python.length === 0) return { runtime: Runtime.Node };
  if (python.length > 0 || isPython) {
    const found = python.length > 0 ? [...python, ...node].join(", ") : "Python and JavaScript code";
    return {
      problem: {
        path: "runtime",
        message: "the folder could be a Python and a Node server",
        got: found,
        allowed: Object.values(Runtime).join(", "),
        fix: "set `runtime: python` or `runtime: node`",
      },
    };
  }
  return byExtension(inspection);
}

/** The last resort: the one language there is. */
function byExtension({ files }: Inspection): { runtime: Runtime } | { problem: Problem } {
  const python = files.some((file) => file.endsWith(".py"));
  const node = files.some((file) => /\.[mc]?[jt]s$/.test(file));
  if (python !== node) return { runtime: python ? Runtime.Python : Runtime.Node };
  return {
    problem: {
      path: "source",
      message: python
        ? "the folder holds Python and JavaScript, and nothing tells which of them is the server"
        : "the folder holds neither a Python nor a Node server; looked for requirements.txt, pyproject.toml, fastmcp.json, package.json, .py and .js files",
      got: files.slice(0, 8).join(", ") || "no files",
      fix: python ? "set `runtime: python` or `runtime: node`" : "correct `source`",
    },
  };
}
