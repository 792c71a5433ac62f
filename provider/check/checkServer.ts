import { pause } from "../cancellation";
import { isComingUp } from "./failure";
import { type Endpoint, HandshakeError, handshake, type ServerSurface } from "./handshake";
import { lastLines, quoteLines } from "./logs";
import type { CheckInputs, CheckOutputs } from "./properties";
import { toolNames, toolsDigest } from "./surface";

/** Between two attempts at an HTTP server that is still coming up, in milliseconds. */
const RETRY_MS = 250;

/** For a server whose program does not say, such as one in another language. */
const DEFAULT_TIMEOUT_SECONDS = 40;

/** Reads the last lines of a log that is no file of this machine. */
export type LastLines = () => Promise<string[]>;

/**
 * Shakes hands with a deployed server.
 * @throws Error that says what went wrong, with the last lines of the server's log
 */
export async function checkServer(inputs: CheckInputs, log?: LastLines): Promise<CheckOutputs> {
  const { tools, ...server } = await handshakeOrExplain(inputs, log);
  return { ...inputs, ...server, tools: toolNames(tools), toolsDigest: toolsDigest(tools) };
}

async function handshakeOrExplain(inputs: CheckInputs, log: LastLines | undefined): Promise<ServerSurface> {
  const endpoint = toEndpoint(inputs);
  const deadline = Date.now() + (inputs.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1_000;
  for (;;) {
    try {
      return await handshake(endpoint, Math.max(1, deadline - Date.now()));
    } catch (error) {
      const passes = endpoint.transport === "http" && error instanceof HandshakeError && isComingUp(error.cause);
      if (!passes || Date.now() + RETRY_MS >= deadline) throw new Error(await explain(inputs, error as Error, log));
      await pause(RETRY_MS);
    }
  }
}

function toEndpoint({ url, command, args = [], env = {}, secrets = {} }: CheckInputs): Endpoint {
  if (url !== undefined) return { transport: "http", url };
  if (command === undefined)
    throw new Error("McpCheck needs `url` or `command`: one of them says where the server is.");
  return { transport: "stdio", command, args, env: { ...env, ...secrets } };
}

async function explain(inputs: CheckInputs, error: Error, log: LastLines | undefined): Promise<string> {
  const { server, url, command, args, logFile } = inputs;
  const where = url ?? [command, ...(args ?? [])].join(" ");
  const stderr = error instanceof HandshakeError ? error.stderr : "";
  const written = stderr.split("\n").filter((line) => line.trim());
  const lines = log ? await log() : logFile ? await lastLines(logFile, 20) : written.slice(-20);
  return `MCP server "${server}" does not answer as an MCP server at ${where}: ${error.message}. ${quoteLines(lines)}`;
}
