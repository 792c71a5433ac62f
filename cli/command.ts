import { execFile } from "node:child_process";
import { access, constants, realpath, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

/** Runs a command to its end and gives its output. Rejects with the output in the error when it fails. */
export const exec = promisify(execFile);

/** The absolute path of a command on PATH, with links followed; undefined when there is none. */
export async function findOnPath(name: string, env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const path = env.PATH ?? env.Path ?? "";
  const names = process.platform === "win32" ? [`${name}.exe`, `${name}.cmd`] : [name];
  for (const folder of path.split(delimiter).filter(Boolean)) {
    for (const candidate of names.map((file) => join(folder, file))) {
      if (await isExecutableFile(candidate)) return realpath(candidate);
    }
  }
  return undefined;
}

async function isExecutableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** The lines of an error that tell a person something: no dumps of objects, no stack, ten lines at most. */
export function briefError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // The Automation API puts a whole command result in its message: "code: ..\n stdout: ..\n stderr: ..\n err?: ..".
  const dump = /^code: .*?\n stdout: .*?\n stderr: (.*?)(\n err\?: |$)/s.exec(message);
  const lines = (dump?.[1] ?? message)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !/^\s+at /.test(line));
  return lines.length > 10 ? [...lines.slice(0, 4), "...", ...lines.slice(-5)].join("\n") : lines.join("\n");
}
