import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { declaredRequirements, InvalidInputError, type ResolvedServer, Runtime, sourceFiles } from "../server";
import { additionsOf } from "./additions";
import { nodeInstallFiles } from "./nodeDockerfile";
import { installsOwnSource, pythonInstallFiles } from "./pythonDockerfile";

/** A build context that is ready for the Docker provider. Paths are relative to the Pulumi project, so that the state is the same in each clone. */
export interface BuildContext {
  context: string;
  dockerfile: string;
  /** SHA-256 over the Dockerfile and all files of the context. */
  digest: string;
}

/** A file of the context. */
export interface ContextFile {
  /** Path in the context, with forward slashes. */
  path: string;
  content: Buffer;
  executable: boolean;
}

/**
 * The files that the image is built from, sorted: what is deployed, and nothing else. Secrets such as .env are never
 * among them. A link stands for the files that it leads to, as far as they are deployed themselves.
 * @param ownDockerfile whether the server brings its Dockerfile, which may need any file; a written one is known
 * @throws InvalidInputError when .dockerignore excludes what the installation reads
 */
export function contextFiles(server: ResolvedServer, ownDockerfile: boolean): ContextFile[] {
  const { source } = server;
  const listed = sourceFiles(source);
  const isPython = server.runtime === Runtime.Python;
  const installFiles = (isPython ? pythonInstallFiles : nodeInstallFiles)(server);
  // A mounted source is no part of the image: an edit then changes nothing that is deployed.
  const isMounted = server.develop?.mount && !installsOwnSource(server);
  const isNeeded = isMounted ? (file: string) => installFiles.includes(file) : isNeededBy(server);
  const found = listed.filter(ownDockerfile ? (file) => file !== ".dockerignore" : isNeeded);
  const files = withoutLinks(source, found).map(({ to, from }) => {
    const absolute = path.join(source, from);
    return { path: to, content: readFileSync(absolute), executable: (statSync(absolute).mode & 0o100) !== 0 };
  });
  if (ownDockerfile) return files;
  const requirements = writtenRequirements(server);
  if (requirements !== undefined) {
    files.push({ path: "requirements.txt", content: Buffer.from(requirements), executable: false });
  }
  const paths = new Set(files.map((file) => file.path));
  const missing = installFiles.filter((file) => !paths.has(file));
  if (missing.length > 0) throw excluded(missing);
  return [...files, ...additionsOf(server).flatMap((addition) => addition.files)];
}

/** SHA-256, in hex, over paths, contents and the executable bit: the same in every clone. */
export function filesDigest(files: ContextFile[]): string {
  const hash = createHash("sha256");
  for (const { path: file, content, executable } of files) {
    hash.update(`${executable ? "x" : "-"} ${content.length} ${file}\n`).update(content);
  }
  return hash.digest("hex");
}

/**
 * Writes the build context into the project's folder `.mcp`. A copy, because the provider hashes file modes and the
 * targets of links, which differ between clones; in the copy a file is 0644 or, if it is executable, 0755.
 * @param folder where to, relative to the project
 */
export function writeContext(files: ContextFile[], dockerfile: string, folder: string): BuildContext {
  const digest = createHash("sha256").update(dockerfile).update(filesDigest(files)).digest("hex");
  const context = path.posix.join(folder, "context");
  const result = { context, dockerfile: path.posix.join(folder, "Dockerfile"), digest };
  const stamp = path.join(folder, "digest");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return result;

  rmSync(folder, { recursive: true, force: true });
  makeFolder(context);
  for (const { path: file, content, executable } of files) {
    const to = path.join(context, file);
    makeFolder(path.dirname(to));
    writeFileSync(to, content);
    chmodSync(to, executable ? 0o755 : 0o644); // Whatever the umask is.
  }
  writeFileSync(result.dockerfile, dockerfile);
  writeFileSync(stamp, digest); // Last: whoever is interrupted before starts over.
  return result;
}

/** A folder that everybody can read, the server's user in the image included, whatever the umask is. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  mkdirSync(folder);
  chmodSync(folder, 0o755);
}

/** Tells what a written Dockerfile needs: not what only says how to deploy, nor a README that nobody reads. */
function isNeededBy(server: ResolvedServer): (file: string) => boolean {
  const { sources } = server.inspection;
  const readsReadme = installsOwnSource(server) || sources.some(({ text }) => /readme/i.test(text));
  const notNeeded = /^(Dockerfile|Containerfile|\.dockerignore|(docker-)?compose\.ya?ml)$/i;
  return (file) => !notNeeded.test(file) && (readsReadme || !/^README\.md$/i.test(file));
}

function withoutLinks(source: string, files: string[]): { to: string; from: string }[] {
  const root = realpathSync(source);
  const deployed = new Set(files);
  /** Where a path really is, relative to the folder; undefined for a link that leads nowhere. */
  const real = (file: string): string | undefined => {
    try {
      return path.relative(root, realpathSync(path.join(root, file))).replaceAll(path.sep, "/");
    } catch {
      return undefined;
    }
  };
  const plain = new Set(files.filter((file) => real(file) === file));
  const all = files.flatMap((file) => {
    const target = real(file);
    if (target === undefined) return [];
    if (deployed.has(target)) return [{ to: file, from: target }];
    // A link to a directory stands for the files in it.
    const inside = [...plain].filter((other) => target === "" || other.startsWith(`${target}/`));
    return inside.map((other) => ({ to: path.posix.join(file, path.posix.relative(target, other)), from: other }));
  });
  return all.sort((a, b) => (a.to < b.to ? -1 : 1));
}

/** A requirements.txt for a Python folder that declares its requirements elsewhere. */
export function writtenRequirements({ runtime, dependencyFiles, inspection }: ResolvedServer): string | undefined {
  const isLocked = dependencyFiles.includes("requirements.txt") || dependencyFiles.includes("uv.lock");
  if (runtime !== Runtime.Python || isLocked) return undefined;
  return declaredRequirements(inspection)
    .map((line) => `${line}\n`)
    .join("");
}

function excluded(missing: string[]): InvalidInputError {
  return new InvalidInputError([
    {
      path: "source",
      message: `.dockerignore excludes what the dependencies are installed from: ${missing.join(", ")}`,
      got: missing.join(", "),
      fix: `add to .dockerignore: ${missing.map((file) => `!${file}`).join(" ")}`,
    },
  ]);
}
