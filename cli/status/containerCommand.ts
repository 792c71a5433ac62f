import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { FrameReader } from "../logs/frames";
import { ANSWER_MS } from "./report";

/** Longest wait for a command in a container: it has to start before it can ask. */
const COMMAND_MS = 2 * ANSWER_MS;

/** How a command ended, and what it printed. */
export interface Result {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command in a container. Undefined when there is no such program in it. */
export async function runIn(
  container: Docker.Container,
  command: string[],
  environment: string[] = [],
): Promise<Result | undefined> {
  const exec = await container.exec({ Cmd: command, Env: environment, AttachStdout: true, AttachStderr: true });
  // Newer engines refuse to start what is not there, older ones start it and report 126 or 127.
  const stream = await exec.start({}).catch((error: { statusCode?: number }) => {
    if (error.statusCode === 400) return undefined;
    throw error;
  });
  if (!stream) return undefined;
  const frames = new FrameReader();
  const output: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
  stream.on("data", (chunk: Buffer) => {
    for (const { stream: name, payload } of frames.push(chunk)) output[name].push(payload);
  });
  const ended = new Promise<void>((resolve, reject) => {
    stream.on("end", resolve).on("error", reject);
  });
  const late = new AbortController();
  await Promise.race([
    ended,
    sleep(COMMAND_MS, undefined, late).then(() => {
      stream.destroy();
      throw new Error(`${command[0]} did not end within ${COMMAND_MS / 1_000} s in the container`);
    }),
  ]).finally(() => late.abort());
  const { ExitCode } = await exec.inspect();
  if (ExitCode === 126 || ExitCode === 127) return undefined;
  const text = (name: "stdout" | "stderr") => Buffer.concat(output[name]).toString("utf8");
  return { exitCode: ExitCode, stdout: text("stdout"), stderr: text("stderr") };
}
