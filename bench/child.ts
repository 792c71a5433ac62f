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

/** How a command ended, with what it wrote to both streams. */
export interface Outcome extends Finished {
  code: number | null;
  all: string;
}

/** Runs a command and times it, whatever comes of it. */
export function outcome({ command, args, cwd, env }: Command): Promise<Outcome> {
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
    child.on("close", (code) => resolve({ milliseconds: performance.now() - started, stdout, code, all }));
  });
}

/**
 * Runs a command and times it.
 *
 * @throws Error with the last lines that it wrote, when it fails
 */
export async function finish(command: Command): Promise<Finished> {
  const { milliseconds, stdout, code, all } = await outcome(command);
  if (code === 0) return { milliseconds, stdout };
  const lines = all.trimEnd().split("\n");
  // The engine tells of errors first, and of much else after them.
  const told = lines.slice(0, -LAST_LINES).filter((line) => /error/i.test(line));
  const last = [...told, ...lines.slice(-LAST_LINES)].join("\n");
  throw new Error(`${command.command} ${command.args.slice(0, 3).join(" ")} failed with exit code ${code}:\n${last}`);
}
