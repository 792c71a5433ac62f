import * as assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { InvalidInputError, type Problem } from "../../../components/server";

const made: string[] = [];

/** A folder in the system's temporary folder with these files (path to text), removed after the tests. */
export function folderOf(files: { [file: string]: string }, name = "weather"): string {
  const parent = mkdtempSync(path.join(os.tmpdir(), "mcp-server-test-"));
  made.push(parent);
  const folder = path.join(parent, name);
  mkdirSync(folder);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  return folder;
}

/** The problems that an action throws. Fails when it throws none. */
export function problemsOf(action: () => unknown): Problem[] {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof InvalidInputError, `not an InvalidInputError: ${error}`);
    return error.problems;
  }
  assert.fail("nothing was thrown");
}

process.on("exit", () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});
