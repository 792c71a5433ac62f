import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cancelled, endWithUs } from "../cancellation";
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

/**
 * Runs an interpreter or package manager to its end and returns what it printed on stdout. It leads a process group of
 * its own, so that what it starts itself, such as a compiler, ends with it when the user interrupts the deployment.
 */
export function run(
  command: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...packageManagerEnv(), ...options.env };
    const child = spawn(command, args, { ...options, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const release = child.pid === undefined ? () => {} : endWithUs(child.pid);
    const [out, err] = [child.stdout, child.stderr].map((stream) => {
      const text: string[] = [];
      stream.setEncoding("utf8").on("data", (chunk: string) => text.push(chunk));
      return text;
    }) as [string[], string[]];
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? new Error(notFound(command, options.cwd)) : error),
    );
    child.on("close", (code, signal) => {
      release();
      if (code === 0) return resolve(out.join(""));
      if (cancelled.aborted) return reject(cancelled.reason);
      const output = [...out, "\n", ...err].join("").trim() || `it ended with ${signal ?? `exit code ${code}`}`;
      reject(new CommandError([command, ...args].join(" "), output));
    });
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
