import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { InstallationInputs } from "./installationProperties";
import { type CommandError, run } from "./run";
import { satisfiesPython } from "./versions";

/** The interpreter that an environment is made with. */
export interface Interpreter {
  path: string;
  version: string;
}

/** Oldest Python that the MCP SDK and FastMCP run on. Source: `requires-python` of both packages. */
const OLDEST = ">=3.10";
const CANDIDATES = ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];
const REQUIREMENTS = "requirements.txt";
const PRINT_VERSION = "import sys; print(sys.executable); print('.'.join(map(str, sys.version_info[:3])))";

/**
 * Finds a Python on PATH that is new enough and that the server accepts.
 * @param requires the server's own demand, such as ">=3.11"; empty for none
 */
export async function findPython(requires: string): Promise<Interpreter> {
  const found: Interpreter[] = [];
  for (const name of CANDIDATES) {
    const [executable, version] = (await run(name, ["-c", PRINT_VERSION]).catch(() => "")).trim().split("\n");
    if (!executable || !version) continue;
    if (satisfiesPython(version, OLDEST) && satisfiesPython(version, requires)) return { path: executable, version };
    if (!found.some(({ path }) => path === executable)) found.push({ path: executable, version });
  }
  const allowed = [OLDEST, requires].filter(Boolean).join(" and ");
  const got = found.map(({ path, version }) => `${version} (${path})`).join(", ") || "none";
  throw new Error(
    `No suitable Python on PATH. Found: ${got}. Allowed: ${allowed}. Install one, for example with \`uv python install 3.12\` or your system's package manager.`,
  );
}

/** Makes a virtual environment with the server's dependencies in `folder`. */
export async function buildPythonEnvironment(
  python: string,
  { server, source, dependencyFiles, requirements }: InstallationInputs,
  folder: string,
): Promise<void> {
  try {
    await run(python, ["-m", "venv", folder]);
  } catch (error) {
    const output = (error as CommandError).output ?? "";
    if (!/ensurepip|No module named venv/.test(output)) throw error;
    throw new Error(
      `${python} can't make virtual environments: install its venv module (Debian, Ubuntu: \`apt install python3-venv\`).`,
    );
  }
  let file = REQUIREMENTS;
  if (!dependencyFiles.includes(REQUIREMENTS)) {
    if (requirements.length === 0) return;
    file = path.join(folder, REQUIREMENTS);
    await writeFile(file, `${requirements.join("\n")}\n`);
  }
  try {
    const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", "-r", file];
    // In the source folder, so that relative paths in the file mean what they mean to its author.
    await run(path.join(folder, "bin", "python"), pip, { cwd: source });
  } catch (error) {
    throw new Error(`The dependencies of MCP server "${server}" can't be installed. ${(error as Error).message}`);
  }
}
