import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Stats } from "node:fs";
import path from "node:path";
import dockerIgnore from "@balena/dockerignore";
import { type Pack, pack } from "tar-stream";

/** Where an image is built from, with absolute paths. */
export interface BuildPaths {
  context: string;
  dockerfile: string;
  /** The program's folder, where the user wrote a relative context: then links are hashed relative to it. */
  base?: string;
}

interface Entry {
  /** Relative to the context, with slashes. */
  name: string;
  file: string;
  stats: Stats;
}

/** The digest of a context as the official plugin makes it: names, modes and contents of what is not ignored. */
export function contextDigest({ context, dockerfile, base }: BuildPaths): string {
  const hash = createHash("sha256");
  const add = (name: string, mode: string, content: Buffer | string) => {
    hash.update(name).update(mode).update(createHash("sha256").update(content).digest()).update("\0");
  };
  // Under the same name whatever it is called, and without a mode.
  add("Dockerfile", "----------", readFileSync(dockerfile));
  for (const { name, file, stats } of entries(context, ignorePatterns({ context, dockerfile }))) {
    if (stats.isDirectory()) continue;
    const content = stats.isSymbolicLink() ? linkTarget(file, base) : stats.isFile() ? readFileSync(file) : "";
    add(name, goMode(stats), content);
  }
  return hash.digest("hex");
}

function linkTarget(file: string, base: string | undefined): string {
  const target = realpathSync(file);
  return base === undefined ? target : path.relative(realpathSync(base), target).split(path.sep).join("/");
}

/** The context as an archive for the engine, and the Dockerfile's name in it. */
export function contextArchive({ context, dockerfile }: BuildPaths): { archive: Pack; dockerfile: string } {
  const relative = path.relative(context, dockerfile).split(path.sep).join("/");
  const outside = relative.startsWith("../");
  const name = outside ? `.dockerfile.${createHash("sha256").update(dockerfile).digest("hex").slice(0, 20)}` : relative;
  // What the build itself reads is always sent.
  const patterns = [...ignorePatterns({ context, dockerfile }), "!.dockerignore", ...(outside ? [] : [`!${relative}`])];
  const archive = pack();
  for (const entry of entries(context, patterns)) addEntry(archive, entry);
  if (outside) archive.entry({ name, mode: 0o600 }, readFileSync(dockerfile));
  archive.finalize();
  return { archive, dockerfile: name };
}

function addEntry(archive: Pack, { name, file, stats }: Entry): void {
  const header = {
    name,
    mode: stats.mode & 0o7777,
    mtime: new Date(Math.floor(stats.mtimeMs / 1000) * 1000),
    uid: 0,
    gid: 0,
  };
  if (stats.isSymbolicLink()) archive.entry({ ...header, type: "symlink", linkname: readlinkSync(file) });
  else if (stats.isDirectory()) archive.entry({ ...header, name: `${name}/`, type: "directory" });
  else if (stats.isFile()) archive.entry(header, readFileSync(file));
}

function ignorePatterns({ context, dockerfile }: BuildPaths): string[] {
  for (const file of [`${dockerfile}.dockerignore`, path.join(context, ".dockerignore")]) {
    const text = readOptional(file);
    if (text !== undefined) return text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("#"));
  }
  return [];
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** What is in the context and not ignored, in the order of a walk. */
function* entries(context: string, patterns: string[], folder = ""): Generator<Entry> {
  const ignore = dockerIgnore({ ignorecase: false }).add(patterns);
  const exceptions = patterns.some((pattern) => pattern.startsWith("!"));
  const walk = function* (under: string): Generator<Entry> {
    const names = readdirSync(path.join(context, under)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const one of names) {
      const name = under ? `${under}/${one}` : one;
      const file = path.join(context, name);
      const stats = lstatSync(file);
      const ignored = ignore.ignores(name);
      if (!ignored) yield { name, file, stats };
      if (stats.isDirectory() && (!ignored || exceptions)) yield* walk(name);
    }
  };
  yield* walk(folder);
}

/** A file's mode as Go prints it. */
function goMode(stats: Stats): string {
  const kind = [
    stats.isDirectory() ? "d" : "",
    stats.isSymbolicLink() ? "L" : "",
    stats.isBlockDevice() || stats.isCharacterDevice() ? "D" : "",
    stats.isFIFO() ? "p" : "",
    stats.isSocket() ? "S" : "",
    stats.mode & 0o4000 ? "u" : "",
    stats.mode & 0o2000 ? "g" : "",
    stats.isCharacterDevice() ? "c" : "",
    stats.mode & 0o1000 ? "t" : "",
  ].join("");
  const letters = "rwxrwxrwx";
  const bits = [...letters].map((letter, index) => (stats.mode & (0o400 >> index) ? letter : "-")).join("");
  return (kind || "-") + bits;
}
