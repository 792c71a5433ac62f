import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { UsageError } from "../errors";
import { headerOf, type RenderedFile } from "./files";

/** What a render did to its folder. */
export interface FolderChange {
  written: string[];
  unchanged: string[];
  removed: string[];
}

/**
 * Writes the files, and removes those of an earlier render of the same stack that no longer belong. What another wrote
 * is neither replaced nor removed.
 * @param stack project and stack
 * @throws UsageError when a file of that name is not ours
 */
export function writeFolder(folder: string, files: RenderedFile[], stack: string): FolderChange {
  const header = `${headerOf(stack)}\n`;
  const existing = existingFiles(folder);
  const foreign = files.filter(({ name }) =>
    existing.has(name) ? !existing.get(name)?.startsWith(header) : existsSync(path.join(folder, name)),
  );
  if (foreign.length > 0) {
    throw new UsageError(
      `Files of these names are there already, and were not rendered from ${stack}:\n` +
        `${foreign.map(({ name }) => `  ${path.join(folder, name)}\n`).join("")}` +
        "  fix: another --out, or move them away",
    );
  }
  mkdirSync(folder, { recursive: true });
  const change: FolderChange = { written: [], unchanged: [], removed: [] };
  for (const { name, text, isPrivate } of files) {
    if (existing.get(name) === text) {
      change.unchanged.push(name);
      continue;
    }
    const file = path.join(folder, name);
    // An older file would keep its mode.
    rmSync(file, { force: true });
    writeFileSync(file, text, { mode: isPrivate ? 0o600 : 0o644 });
    change.written.push(name);
  }
  const names = new Set(files.map(({ name }) => name));
  for (const [name, text] of existing) {
    if (names.has(name) || !text.startsWith(header)) continue;
    rmSync(path.join(folder, name));
    change.removed.push(name);
  }
  return change;
}

/** The YAML files of a folder with their texts, sorted by name. */
export function existingFiles(folder: string): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".yaml"))
    .map(({ name }) => name);
  return new Map(names.sort().map((name) => [name, readFileSync(path.join(folder, name), "utf8")]));
}
