import { compareText } from "../../common/source/walk";
import type { Dependency } from "./detection";
import type { Inspection } from "./inspection";

/** A requirement as PEP 508 writes it: name, extras, version; markers and comments are cut off. */
const REQUIREMENT = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*([^;#]*)/;

/** Direct dependencies of a Python server: requirements.txt and what it includes, pyproject.toml (PEP 621 and Poetry), fastmcp.json. */
export function pythonDependencies(inspection: Inspection): Dependency[] {
  const { requirements, pyProject, fastmcpJson } = inspection;
  const found = [
    ...requirements.flatMap(({ path, text }) => text.split(/\r?\n/).flatMap((line) => parse(line, path))),
    ...(pyProject?.project?.dependencies ?? []).flatMap((line) => parse(line, "pyproject.toml")),
    ...Object.entries(pyProject?.tool?.poetry?.dependencies ?? {}).flatMap(([name, version]) =>
      name === "python" ? [] : parse(`${name} ${typeof version === "string" ? version : ""}`, "pyproject.toml"),
    ),
    ...(fastmcpJson?.environment?.dependencies ?? []).flatMap((line) => parse(line, "fastmcp.json")),
  ];
  const byName = new Map<string, Dependency>();
  for (const dependency of found) if (!byName.has(dependency.name)) byName.set(dependency.name, dependency);
  return [...byName.values()].sort((a, b) => compareText(a.name, b.name));
}

/** The files that decide what is installed for a Python server. */
export function pythonDependencyFiles({ files, requirements, fastmcpJson }: Inspection): string[] {
  const known = [
    "pyproject.toml",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock.toml",
    "Pipfile",
    "Pipfile.lock",
    "setup.py",
    "setup.cfg",
  ];
  const found = [...requirements.map(({ path }) => path), ...known.filter((file) => files.includes(file))];
  if (fastmcpJson?.environment?.dependencies?.length) found.push("fastmcp.json");
  return [...new Set(found)].sort(compareText);
}

/** The Python version that the folder asks for: requires-python, Poetry's python, fastmcp.json, .python-version. */
export function requiresPython({ pyProject, fastmcpJson, pythonVersion }: Inspection): string | undefined {
  const declared = pyProject?.project?.["requires-python"];
  if (declared) return declared.replace(/\s+/g, "");
  const poetry = pyProject?.tool?.poetry?.dependencies?.python;
  if (typeof poetry === "string" && poetry !== "*") return poetry.replace(/^[\^~]/, ">=").replace(/\s+/g, "");
  const version = /^(?:cpython-)?(\d+\.\d+)/.exec(String(fastmcpJson?.environment?.python ?? pythonVersion ?? ""))?.[1];
  return version === undefined ? undefined : `>=${version}`;
}

function parse(line: string, file: string): Dependency[] {
  const match = REQUIREMENT.exec(line.trim());
  const name = match?.[1];
  if (name === undefined) return [];
  return [{ name: normalizePython(name), version: (match?.[2] ?? "").replace(/\s+--hash.*$|\\$/g, "").trim(), file }];
}

/** A name as PEP 503 compares it. */
export function normalizePython(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}
