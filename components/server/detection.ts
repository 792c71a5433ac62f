import type { Problem } from "../../common/errors";
import type { TransportEvidence } from "./transport";

/** A direct dependency: one that the server itself declares. */
export interface Dependency {
  /** Name as its registry writes it; of Python, normalized: lower case with hyphens. */
  name: string;
  /** The version asked for, as written; empty when any will do. */
  version: string;
  /** The file that declares it. */
  file: string;
}

/** How the server is started, relative to its folder. */
export interface EntryPoint {
  /** "file": a script of the folder. "module": a Python module, started with -m. */
  kind: "file" | "module";
  /** Path relative to the folder with forward slashes, or the module's name. */
  value: string;
  /** Folder, relative to the source, that must be on Python's module path (PYTHONPATH) for a module that is not installed: "src". Undefined: the source folder itself. */
  moduleRoot?: string;
}

/** What a server's files say about it, for one runtime. */
export interface Detection {
  /** Undefined when none was found; `problems` then says why. */
  entryPoint: EntryPoint | undefined;
  /** "run" when the entry point is the FastMCP CLI, which is told the server and the transport by arguments. */
  launcher: FastmcpLauncher | undefined;
  transports: TransportEvidence[];
  dependencies: Dependency[];
  /** Lock and requirement files, relative, sorted. */
  dependencyFiles: string[];
  requiresRuntime: string | undefined;
  /** Whether the files show an MCP server of this runtime, and not tooling beside one. */
  isServer: boolean;
  problems: Problem[];
}

/** A FastMCP server that is started with `fastmcp run`, since its file does not start itself. */
export interface FastmcpLauncher {
  /** "fastmcp.json", or a Python file that holds the server. */
  target: string;
}
