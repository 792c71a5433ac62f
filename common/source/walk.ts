import { readdirSync, readlinkSync, realpathSync, statSync } from "node:fs";
import * as path from "node:path";

/** One entry of a folder. Links are listed, never followed: what they point at is asked for by `linkTarget`. */
export interface FolderEntry {
  /** Path relative to the walked folder, with forward slashes. */
  path: string;
  kind: "file" | "directory" | "link";
}

export interface WalkOptions {
  /** Leaves an entry out; a directory with everything in it. */
  skip: (path: string, isDirectory: boolean) => boolean;
  /** Levels to go down; 1 is the folder's own entries. Defaults to all. */
  maxDepth?: number;
  /** Entries after which the walk stops. Defaults to 200,000. */
  maxEntries?: number;
}

/**
 * Lists a folder breadth first, each level in the order of its names, so that a cut by `maxEntries` keeps what lies near the top.
 * Virtual environments are left out wherever they are and whatever they are called. Sockets, pipes and devices are not listed.
 */
export function walkFolder(
  root: string,
  { skip, maxDepth = Infinity, maxEntries = 200_000 }: WalkOptions,
): FolderEntry[] {
  const found: FolderEntry[] = [];
  let level = [""];
  for (let depth = 1; depth <= maxDepth && level.length > 0; depth++) {
    const next: string[] = [];
    for (const directory of level) {
      const entries = readdirSync(path.join(root, directory), { withFileTypes: true });
      if (directory !== "" && entries.some((entry) => entry.name === "pyvenv.cfg")) continue;
      entries.sort((a, b) => compareText(a.name, b.name));
      for (const entry of entries) {
        const relative = directory === "" ? entry.name : `${directory}/${entry.name}`;
        const isDirectory = entry.isDirectory();
        if (!(isDirectory || entry.isFile() || entry.isSymbolicLink()) || skip(relative, isDirectory)) continue;
        found.push({ path: relative, kind: isDirectory ? "directory" : entry.isFile() ? "file" : "link" });
        if (found.length >= maxEntries) return found;
        if (isDirectory) next.push(relative);
      }
    }
    level = next;
  }
  return found;
}

/** Where a link of a folder leads. */
export interface LinkTarget {
  /** The text of the link. */
  text: string;
  /** Whether it stays in the folder on every machine: a relative link that does not climb out, directly or by other links. */
  inside: boolean;
  /** Whether it ends at a file that exists. */
  isFile: boolean;
}

/** Reads a link without opening what it points at. */
export function linkTarget(root: string, relative: string): LinkTarget {
  const absolute = path.join(root, relative);
  const text = readlinkSync(absolute);
  let inside = !path.isAbsolute(text) && isWithin(root, path.resolve(path.dirname(absolute), text));
  let isFile = false;
  if (inside) {
    try {
      inside = isWithin(realpathSync(root), realpathSync(absolute));
      isFile = inside && statSync(absolute).isFile();
    } catch {
      // A dangling link stays in the folder and ends nowhere.
    }
  }
  return { text, inside, isFile };
}

/** Whether a path is a folder or lies in it. Both are absolute. */
export function isWithin(folder: string, candidate: string): boolean {
  const relative = path.relative(folder, candidate);
  return relative === "" || !(relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative));
}

/** Compares by code unit: the same order on every machine, unlike `localeCompare`. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
