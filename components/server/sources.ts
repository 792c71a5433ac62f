import * as path from "node:path";
import type { TextFile } from "./inspection";
import type { FastmcpJson, PackageJson } from "./manifests";

const SOURCE = /\.(py|js|mjs|cjs)$/;
const NOT_THE_SERVER =
  /(^|\/)(tests?|__tests__|spec|examples?|docs?|fixtures|benchmarks?)\/|(^|\/)(test_[^/]*|[^/]*_test|conftest|setup)\.py$|\.(test|spec|min|config)\.[mc]?js$/;

/** Whether a path is Python or JavaScript of the server itself, not of its tests, documentation or tooling. */
export function isServerSource(file: string): boolean {
  return SOURCE.test(file) && !NOT_THE_SERVER.test(file);
}

/** Files that manifests or the user name as what starts the server. They may not exist. */
export function declaredSources(given: {
  packageJson: PackageJson | undefined;
  fastmcpJson: FastmcpJson | undefined;
  entryPoint: string | undefined;
}): string[] {
  const { packageJson, fastmcpJson, entryPoint } = given;
  const bin = packageJson?.bin;
  const named = [
    entryPoint,
    typeof fastmcpJson?.source === "string" ? fastmcpJson.source : fastmcpJson?.source.path,
    ...(typeof bin === "string" ? [bin] : Object.values(bin ?? {})),
    ...(packageJson?.scripts?.start?.split(/\s+/) ?? []),
    packageJson?.main,
  ];
  return named.flatMap((file) => (file === undefined ? [] : [normalize(file)]));
}

/** Sources in the order in which they are worth reading: what is declared, then what lies near the top. */
export function rankSources(files: string[], declared: string[]): string[] {
  const first = files.filter((file) => SOURCE.test(file) && isDeclared(file, declared));
  return [...new Set([...first, ...files.filter(isServerSource)])];
}

/** Whether a file is one of those that are named, which may leave out the extension. */
export function isDeclared(file: string, declared: string[]): boolean {
  return declared.some(
    (name) => name === file || [".js", ".mjs", ".cjs", "/index.js"].some((end) => name + end === file),
  );
}

/** Relative path with forward slashes and without a leading "./". */
export function normalize(file: string): string {
  return path.posix.normalize(file.replaceAll("\\", "/")).replace(/^\.\//, "");
}

/** The requirement files of a folder: requirements*.txt, what fastmcp.json names, and what they include with -r or -c. */
export function requirementFilesOf(
  files: string[],
  fastmcpJson: FastmcpJson | undefined,
  read: (file: string) => TextFile | undefined,
): TextFile[] {
  const queue: string[] = files.filter((file) => file === "requirements.txt");
  const declared = fastmcpJson?.environment?.requirements;
  if (declared) queue.push(normalize(declared));
  const found = new Map<string, TextFile>();
  for (let file = queue.shift(); file !== undefined && found.size < 20; file = queue.shift()) {
    const text = found.has(file) ? undefined : read(file);
    if (text === undefined) continue;
    found.set(file, text);
    for (const [, included] of text.text.matchAll(/^\s*(?:-r|-c|--requirement|--constraint)[ =]\s*(\S+)/gm)) {
      if (included !== undefined) queue.push(path.posix.join(path.posix.dirname(file), included));
    }
  }
  return [...found.values()];
}
