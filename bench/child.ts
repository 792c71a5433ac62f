import { spawn } from "node:child_process";

/** A command that ran to its end. */
export interface Finished {
  /** Wall time from the start to the end, in milliseconds. */
  milliseconds: number;
  stdout: string;
}

/** A command that is to run, and in what surroundings. */
export interface Command {
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** Lines of a failed command that are shown. */
const LAST_LINES = 15;

/**
 * Runs a command and times it.
 *
 * @throws Error with the last lines that it wrote, when it fails
 */
export function finish({ command, args, cwd, env }: Command): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let all = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      all += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      all += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const milliseconds = performance.now() - started;
      if (code === 0) return resolve({ milliseconds, stdout });
      const last = all.trimEnd().split("\n").slice(-LAST_LINES).join("\n");
      reject(new Error(`${command} ${args.slice(0, 3).join(" ")} failed with exit code ${code}:\n${last}`));
    });
  });
}
