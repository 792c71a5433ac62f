import { createHash } from "node:crypto";
import { lstatSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { InvalidInputError, type Problem } from "../errors";
import { exclusion } from "./exclude";
import { compareText, linkTarget, walkFolder } from "./walk";

/** Most bytes of source that are deployed. */
export const MAX_SOURCE_BYTES = 200 * 1024 * 1024;
/** Most files of source that are deployed. */
export const MAX_SOURCE_FILES = 20_000;

/**
 * The files of a server that are deployed, relative and sorted: all but what is never deployed (exclude.ts) and what its .dockerignore excludes.
 * @throws InvalidInputError when a link leaves the folder, or the folder is over 200 MB or 20,000 files.
 */
export function sourceFiles(folder: string): string[] {
  const root = path.resolve(folder);
  const { excludes, prunes } = exclusion(readOptional(path.join(root, ".dockerignore")));
  const entries = walkFolder(root, {
    skip: (file, isDirectory) => (isDirectory ? prunes(file) : excludes(file, false)),
  }).filter(({ kind }) => kind !== "directory");

  const problems: Problem[] = [];
  const totals = new Map<string, { bytes: number; files: number }>();
  let bytes = 0;
  for (const entry of entries) {
    if (entry.kind === "link") {
      const target = linkTarget(root, entry.path);
      if (!target.inside) problems.push(leavesFolder(entry.path, target.text));
    }
    const { size } = lstatSync(path.join(root, entry.path));
    bytes += size;
    const top = entry.path.includes("/") ? `${entry.path.split("/")[0]}/` : entry.path;
    const total = totals.get(top) ?? { bytes: 0, files: 0 };
    totals.set(top, { bytes: total.bytes + size, files: total.files + 1 });
  }
  if (bytes > MAX_SOURCE_BYTES) {
    problems.push(tooMuch(`${megabytes(bytes)} of source`, megabytes(MAX_SOURCE_BYTES), totals, "bytes"));
  }
  if (entries.length > MAX_SOURCE_FILES) {
    problems.push(tooMuch(`${entries.length} files of source`, `${MAX_SOURCE_FILES} files`, totals, "files"));
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  return entries.map((entry) => entry.path).sort(compareText);
}

/** SHA-256, in hex, over the paths and contents of what is deployed. The same on every machine and clone: no times, owners or permission bits. */
export function sourceDigest(folder: string): string {
  return filesDigest(folder, sourceFiles(folder), "links as links");
}

/** SHA-256, in hex, over the files that decide the dependencies: `dependencyFiles` of a resolved server. */
export function dependencyDigest(folder: string, files: string[]): string {
  return filesDigest(folder, [...files].sort(compareText), "links followed");
}

function filesDigest(folder: string, files: string[], links: "links as links" | "links followed"): string {
  const hash = createHash("sha256");
  for (const file of files) {
    const absolute = path.join(folder, file);
    const isLink = links === "links as links" && lstatSync(absolute).isSymbolicLink();
    const content = isLink ? Buffer.from(linkTarget(path.resolve(folder), file).text) : readFileSync(absolute);
    // Lengths keep two different lists of files from hashing the same bytes.
    hash.update(`${isLink ? "link" : "file"} ${Buffer.byteLength(file)} ${content.length}\n${file}`).update(content);
  }
  return hash.digest("hex");
}

function leavesFolder(file: string, target: string): Problem {
  return {
    path: "source",
    message: `${file} is a link that leaves the folder`,
    got: `a link to ${target}`,
    allowed: "relative links to something in the folder",
    fix: `replace the link by what it points at, or list ${file} in .dockerignore`,
  };
}

function tooMuch(
  got: string,
  allowed: string,
  totals: Map<string, { bytes: number; files: number }>,
  by: "bytes" | "files",
): Problem {
  const [name, total] = [...totals].sort((a, b) => b[1][by] - a[1][by] || compareText(a[0], b[0]))[0] ?? [
    "",
    undefined,
  ];
  const biggest = total && (by === "bytes" ? megabytes(total.bytes) : `${total.files} files`);
  return {
    path: "source",
    message: `the folder holds too much to deploy; the biggest part is ${name} with ${biggest}`,
    got,
    allowed: `at most ${allowed}`,
    fix: `list what the server does not need in .dockerignore: echo '${name}' >> .dockerignore`,
  };
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MB`;
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
