import { spawn } from "node:child_process";
import { constants } from "node:os";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a command on this terminal and gives its exit code. Signals are passed on; on a terminal the child gets Ctrl-C
 * a second time by that, which the commands count as one (see `cli/interrupt.ts`).
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", ...options });
    const forward = (signal) => child.kill(signal);
    for (const signal of FORWARDED) process.on(signal, forward);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      for (const name of FORWARDED) process.off(name, forward);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** Runs a command, keeps its stdout and stderr (`output` is both, in order), and gives its exit code. */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const result = { code: 1, stdout: "", output: "" };
    const child = spawn(command, args, { stdio: ["ignore", "pipe", options.stderr ?? "inherit"], ...options });
    child.stdout?.on("data", (data) => {
      result.stdout += data;
      result.output += data;
    });
    child.stderr?.on("data", (data) => {
      result.output += data;
    });
    child.on("error", (error) => resolve({ ...result, output: error.message }));
    child.on("close", (code) => resolve({ ...result, code: code ?? 1 }));
  });
}

/** How to call npm: through the npm that runs us when there is one, so that Windows needs no shell. */
export function npm(args) {
  const path = process.env.npm_execpath ?? "";
  return /npm-cli\.[cm]?js$/.test(path) ? { command: "node", args: [path, ...args] } : { command: "npm", args };
}

/** Shows a step that takes long, with the elapsed time: one changing line on a terminal, else a line every 15 s. */
export async function withProgress(label, step) {
  const started = Date.now();
  const tty = process.stderr.isTTY;
  const text = () => `${label} ${Math.round((Date.now() - started) / 1000)} s`;
  process.stderr.write(tty ? text() : `${label}\n`);
  const timer = setInterval(() => process.stderr.write(tty ? `\r\x1b[K${text()}` : `${text()}\n`), tty ? 1000 : 15000);
  try {
    return await step();
  } finally {
    clearInterval(timer);
    process.stderr.write(tty ? `\r\x1b[K${text()}\n` : `${text()}, done\n`);
  }
}
