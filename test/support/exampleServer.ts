import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { nodeFolderFor, pythonFor } from "./serverEnvironment";
import { freePort } from "./stack";

const EXAMPLES = resolve(__dirname, "../../examples");
const START_TIMEOUT_MS = 30_000;

/** How to start a program. */
export interface Command {
  file: string;
  args: string[];
  cwd: string;
}

/** A program that was started. */
export interface Launched {
  process: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  exited: Promise<number | null>;
}

/** An example server that answers. */
export interface ExampleServer extends Launched {
  url: string;
  metricsUrl: string;
}

/** How to start an example's server, with its packages installed. */
export async function exampleCommand(name: "python-server" | "node-server"): Promise<Command> {
  const folder = join(EXAMPLES, name);
  if (name === "python-server") return { file: await pythonFor(folder), args: ["server.py"], cwd: folder };
  return { file: process.execPath, args: ["index.js"], cwd: await nodeFolderFor(folder) };
}

const running: ChildProcess[] = [];

/** Has a program ended with all others that run, if it has not ended before. */
export function endLater(child: ChildProcess): void {
  running.push(child);
}

/** Ends what runs; to be called after each test, or after a suite. */
export async function endRunning(): Promise<void> {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "close");
  }
}

/** Starts a program with these variables and no others. */
export function launch(command: Command, env: Record<string, string>): Launched {
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  endLater(child);
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    output.stderr += text;
  });
  const exited = once(child, "close").then(([code]) => code as number | null);
  return { process: child, stdout: () => output.stdout, stderr: () => output.stderr, exited };
}

/** Starts an example's server, and waits until it answers. */
export async function startExample(command: Command, env: Record<string, string> = {}): Promise<ExampleServer> {
  const { PORT = String(await freePort()), METRICS_PORT = String(await freePort()) } = env;
  const launched = launch(command, { ...env, PORT, METRICS_PORT });
  const [url, metricsUrl] = [`http://127.0.0.1:${PORT}`, `http://127.0.0.1:${METRICS_PORT}/metrics`];
  await untilAnswers(`${url}/healthz`, launched);
  return { url, metricsUrl, ...launched };
}

/** Waits until an address of a program answers with success; fails with what the program said when it ends. */
export async function untilAnswers(url: string, launched: Launched): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (
    !(await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    const told = `${launched.stdout()}${launched.stderr()}`;
    assert.equal(launched.process.exitCode, null, `it ended at its start: ${told}`);
    assert.ok(Date.now() < deadline, `it did not answer within ${START_TIMEOUT_MS} ms: ${told}`);
    await sleep(50);
  }
}

/** A client of a server, of the protocol revision 2025-11-25 or 2026-07-28. */
export async function connect(url: string, mode: "legacy" | "modern"): Promise<Client> {
  const versionNegotiation = { mode: mode === "legacy" ? mode : { pin: "2026-07-28" } } as const;
  const client = new Client({ name: "examples-test", version: "1.0.0" }, { versionNegotiation });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  return client;
}

/** The text that a tool answers. */
export async function call(client: Client, name: string, args: Record<string, unknown> = {}): Promise<string> {
  const { content } = await client.callTool({ name, arguments: args });
  const [first] = content as { type: string; text?: string }[];
  return first?.text ?? "";
}
