import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Attempt } from "../../../cli/engineInstall";
import type { UserPaths } from "../../../cli/paths";
import type { Progress } from "../../../cli/progress";

const made: string[] = [];

/** A fresh folder, removed after the test file. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-scripts-test-"));
  made.push(folder);
  return folder;
}

/** Removes the folders of {@link tempFolder}; for `after`. */
export function removeTempFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** User folders that nobody else has. */
export function tempPaths(): UserPaths {
  const root = tempFolder();
  return { cache: join(root, "cache"), data: join(root, "data"), config: join(root, "config") };
}

/** A progress display that keeps what it was told. */
export function silentProgress(said: string[] = []): (text: string) => Progress {
  return (text) => {
    said.push(text);
    return { update: (next) => said.push(next), log: (line) => said.push(line), stop: () => {} };
  };
}

/** An attempt that fails with a message. */
export function failing(name: string, reason: string, fix: string): Attempt {
  return {
    name,
    fix,
    run: () => Promise.reject(new Error(reason)),
  };
}
