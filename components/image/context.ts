import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { declaredRequirements, type ResolvedServer, Runtime, sourceFiles } from "../server";

/** A build context that is ready for the Docker provider. Paths are relative to the Pulumi project, so that the state is the same in each clone. */
export interface BuildContext {
  context: string;
  dockerfile: string;
  /** SHA-256 over the Dockerfile and all files of the context. */
  digest: string;
}

/**
 * Writes the build context of a server into the project's folder `.mcp`: a copy of what is deployed, and nothing else.
 * A copy, because the provider hashes file modes and the targets of links, which differ between clones; in the copy a
 * file is 0644 or, if it is executable, 0755, and there are no links. Secrets such as .env are never part of it.
 *
 * @param folder where to, relative to the project
 */
export function writeContext(server: ResolvedServer, dockerfile: string, folder: string): BuildContext {
  const files = contextFiles(server);
  const digest = contextDigest(server, files, dockerfile);
  const context = path.posix.join(folder, "context");
  const result = { context, dockerfile: path.posix.join(folder, "Dockerfile"), digest };
  const stamp = path.join(folder, "digest");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return result;

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  for (const file of files) copyFile(path.join(server.source, file), path.join(context, file));
  const requirements = writtenRequirements(server);
  if (requirements !== undefined) writeFileSync(path.join(context, "requirements.txt"), requirements, { mode: 0o644 });
  writeFileSync(result.dockerfile, dockerfile);
  writeFileSync(stamp, digest); // Last: whoever is interrupted before starts over.
  return result;
}

/** Files of the context: what is deployed, without what only describes how. */
function contextFiles({ source }: ResolvedServer): string[] {
  const notNeeded = /^(Dockerfile|\.dockerignore|docker-compose\.ya?ml|compose\.ya?ml|README\.md)$/i;
  return sourceFiles(source).filter((file) => !notNeeded.test(file));
}

function contextDigest(server: ResolvedServer, files: string[], dockerfile: string): string {
  const hash = createHash("sha256")
    .update(dockerfile)
    .update(writtenRequirements(server) ?? "");
  for (const file of files) {
    const absolute = path.join(server.source, file);
    const content = statSync(absolute).isDirectory() ? "" : readFileSync(absolute);
    hash.update(`\n${isExecutable(absolute) ? "x" : "-"} ${content.length} ${file}\n`).update(content);
  }
  return hash.digest("hex");
}

/** A requirements.txt for a Python folder that declares its requirements elsewhere. */
function writtenRequirements({ runtime, dependencyFiles, inspection }: ResolvedServer): string | undefined {
  const isLocked = dependencyFiles.includes("requirements.txt") || dependencyFiles.includes("uv.lock");
  if (runtime !== Runtime.Python || isLocked) return undefined;
  return declaredRequirements(inspection)
    .map((line) => `${line}\n`)
    .join("");
}

function copyFile(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, dereference: true });
  if (statSync(to).isFile()) chmodSync(to, isExecutable(from) ? 0o755 : 0o644);
}

const isExecutable = (file: string): boolean => (statSync(file).mode & 0o100) !== 0 && statSync(file).isFile();
