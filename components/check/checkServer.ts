import { setTimeout as sleep } from "node:timers/promises";
import { isComingUp } from "./failure";
import { type Endpoint, HandshakeError, handshake, type ServerSurface } from "./handshake";
import { lastLines, maskSecrets, quoteLines } from "./logs";
import type { CheckInputs, CheckOutputs } from "./provider";
import { toolNames, toolsDigest } from "./surface";

/** Between two attempts at an HTTP server that is still coming up, in milliseconds. */
const RETRY_MS = 250;

/**
 * Shakes hands with a deployed server.
 * @throws Error that says what went wrong, with the last lines of the server's log
 */
export async function checkServer(inputs: CheckInputs): Promise<CheckOutputs> {
  const { tools, ...server } = await handshakeOrExplain(inputs);
  return { ...inputs, ...server, tools: toolNames(tools), toolsDigest: toolsDigest(tools) };
}

async function handshakeOrExplain(inputs: CheckInputs): Promise<ServerSurface> {
  const endpoint = toEndpoint(inputs);
  const deadline = Date.now() + inputs.timeoutSeconds * 1_000;
  for (;;) {
    try {
      return await handshake(endpoint, Math.max(1, deadline - Date.now()));
    } catch (error) {
      const passes = endpoint.transport === "http" && error instanceof HandshakeError && isComingUp(error.cause);
      if (!passes || Date.now() + RETRY_MS >= deadline) throw new Error(await explain(inputs, error as Error));
      await sleep(RETRY_MS);
    }
  }
}

function toEndpoint({ url, command, args = [], env = {}, secretEnv = {} }: CheckInputs): Endpoint {
  if (url !== undefined) return { transport: "http", url };
  if (command === undefined)
    throw new Error("McpCheck needs `url` or `command`: one of them says where the server is.");
  return { transport: "stdio", command, args, env: { ...env, ...secretEnv } };
}

async function explain({ server, url, command, args, secretEnv, logFile }: CheckInputs, error: Error): Promise<string> {
  const where = url ?? [command, ...(args ?? [])].join(" ");
  const stderr = error instanceof HandshakeError ? error.stderr : "";
  const lines = logFile
    ? await lastLines(logFile, 20)
    : stderr
        .split("\n")
        .filter((line) => line.trim())
        .slice(-20);
  const text = `MCP server "${server}" does not answer as an MCP server at ${where}: ${error.message}. ${quoteLines(lines)}`;
  return maskSecrets(text, Object.values(secretEnv ?? {}));
}
