import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { indent } from "../check/logs";
import { packageManagerEnv } from "./childEnv";

/** Credentials in a URL, such as that of a package index. */
const CREDENTIALS = /\/\/[^/\s@]+@/g;

/** A command that failed, with the end of what it printed. */
export class CommandError extends Error {
  override readonly name = "CommandError";

  constructor(
    command: string,
    readonly output: string,
  ) {
    super(`\`${command}\` failed:\n${lastLines(output.replace(CREDENTIALS, "//[secret]@"), 15)}`);
  }
}

/** Runs an interpreter or package manager to its end and returns what it printed on stdout. */
export function run(
  command: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...packageManagerEnv(), ...options.env };
    execFile(command, args, { ...options, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      if (error.code === "ENOENT") return reject(new Error(notFound(command, options.cwd)));
      const output = `${stdout}\n${stderr}`.trim() || error.message;
      reject(new CommandError([command, ...args].join(" "), output));
    }).stdin?.end();
  });
}

function notFound(command: string, cwd = process.cwd()): string {
  if (!existsSync(cwd)) return `The folder ${cwd} does not exist.`;
  return `\`${command}\` is not on PATH. Install it, or add its folder to PATH.`;
}

function lastLines(text: string, count: number): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return indent(lines.slice(-count));
}
