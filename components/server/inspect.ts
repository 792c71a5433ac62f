import { readFileSync, realpathSync, statSync } from "node:fs";
import * as path from "node:path";
import { InvalidInputError, type Problem } from "../../common/errors";
import { exclusion } from "../../common/source/exclude";
import { linkTarget, walkFolder } from "../../common/source/walk";
import type { Inspection, TextFile } from "./inspection";
import { type Parsed, parseFastmcpJson, parsePackageJson, parsePyProject } from "./manifests";
import { declaredSources, isDeclared, rankSources, requirementFilesOf } from "./sources";

const MAX_FILE = 256 * 1024;
const MAX_DECLARED = 1024 * 1024;
const MAX_MANIFEST = 4 * 1024 * 1024;
const MAX_SOURCES = 80;
const MAX_SOURCE_TEXT = 4 * 1024 * 1024;

/**
 * Reads a server's folder once. Never follows a link out of it, never reads .env files.
 * @param folder Absolute, or relative to the working directory.
 * @param entryPoint A file that must be among the sources, however many there are.
 * @throws InvalidInputError when the folder is missing, no folder, empty or unreadable, or a manifest is malformed.
 */
export function inspectFolder(folder: string, entryPoint?: string): Inspection {
  const root = path.resolve(folder);
  const paths = listFiles(root, folder);
  const files = new Set(paths);
  const problems: Problem[] = [];

  const read = (file: string, limit = MAX_FILE): TextFile | undefined => {
    if (!files.has(file)) return undefined;
    const absolute = path.join(root, file);
    try {
      if (statSync(absolute).size > limit) return undefined;
      return { path: file, text: readFileSync(absolute, "utf8") };
    } catch (error) {
      problems.push({
        path: "source",
        message: `${file} cannot be read`,
        got: reason(error),
        fix: `make it readable: chmod a+r ${file}`,
      });
      return undefined;
    }
  };
  const manifest = <T>(file: string, parse: (text: string) => Parsed<T>): T | undefined => {
    const found = read(file, MAX_MANIFEST);
    if (found === undefined) return undefined;
    const parsed = parse(found.text);
    if (parsed.problem) problems.push(parsed.problem);
    return parsed.value;
  };
  const firstLine = (file: string): TextFile | undefined => {
    const text = read(file)
      ?.text.split("\n")
      .map((line) => line.trim())
      .find((line) => line !== "" && !line.startsWith("#"));
    return text === undefined ? undefined : { path: file, text };
  };

  const pyProject = manifest("pyproject.toml", parsePyProject);
  const fastmcpJson = manifest("fastmcp.json", parseFastmcpJson);
  const packageJson = manifest("package.json", parsePackageJson);
  const declared = declaredSources({ packageJson, fastmcpJson, entryPoint });
  const inspection: Inspection = {
    folder: root,
    files: paths,
    requirements: requirementFilesOf(paths, fastmcpJson, read),
    pyProject,
    fastmcpJson,
    packageJson,
    pythonVersion: firstLine(".python-version")?.text,
    nodeVersion: firstLine(".nvmrc") ?? firstLine(".node-version"),
    dockerfile: read("Dockerfile") ?? read("Containerfile"),
    systemPackageLists: ["apt.txt", "packages.txt", "Aptfile"].flatMap((file) => read(file) ?? []),
    sources: readSources(rankSources(paths, declared), (file) =>
      read(file, isDeclared(file, declared) ? MAX_DECLARED : MAX_FILE),
    ),
  };
  if (problems.length > 0) throw new InvalidInputError(problems);
  return inspection;
}

function readSources(ranked: string[], read: (file: string) => TextFile | undefined): TextFile[] {
  const sources: TextFile[] = [];
  let left = MAX_SOURCE_TEXT;
  for (const file of ranked) {
    if (sources.length >= MAX_SOURCES || left <= 0) break;
    const source = read(file);
    if (source === undefined) continue;
    left -= source.text.length;
    sources.push(source);
  }
  return sources;
}

/** The folder's files; links count as files when they end at one inside. */
function listFiles(root: string, given: string): string[] {
  const fail = (message: string, fix: string) => new InvalidInputError([{ path: "source", message, got: given, fix }]);
  let isDirectory: boolean;
  try {
    isDirectory = statSync(root).isDirectory();
  } catch (error) {
    if (code(error) !== "ENOENT" && code(error) !== "ENOTDIR") {
      throw fail(`the folder cannot be read (${reason(error)})`, "give the user that runs Pulumi read access to it");
    }
    throw fail("the folder does not exist", "correct the path; a relative path starts at the folder of Pulumi.yaml");
  }
  if (!isDirectory) throw fail("this is a file, not a folder", `give its folder: ${path.dirname(given)}`);
  const { excludes } = exclusion();
  try {
    const entries = walkFolder(root, { skip: excludes, maxDepth: 6, maxEntries: 5_000 });
    if (entries.length === 0) throw fail("the folder is empty", "put the server's source there, or correct the path");
    return entries
      .filter(({ path, kind }) => kind === "file" || (kind === "link" && linkTarget(realpathSync(root), path).isFile))
      .map((entry) => entry.path);
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    throw fail(`the folder cannot be read (${reason(error)})`, "give the user that runs Pulumi read access to it");
  }
}

function code(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** The system's code alone: its message would carry an absolute path. */
function reason(error: unknown): string {
  return code(error) ?? String(error);
}
