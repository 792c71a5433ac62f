import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const POLL_MS = 20;
const TIMEOUT_MS = 60_000;
const LOOPBACK = "127.0.0.1";

/**
 * Milliseconds from `started` until a call of a tool has been answered.
 *
 * @param pollMs pause between two attempts
 * @param host where the server is, this machine by default
 */
export async function firstAnswer(port: number, started: number, pollMs = POLL_MS, host = LOOPBACK): Promise<number> {
  while (performance.now() - started < TIMEOUT_MS) {
    // A refused connection costs next to nothing, so that asking does not slow down what is measured.
    if ((await listens(port, host)) && (await called(port, host))) return performance.now() - started;
    await sleep(pollMs);
  }
  throw new Error(`No tools/call was answered on port ${port} within ${TIMEOUT_MS / 1000} s.`);
}

/** A server that an earlier run left behind would answer in place of the one that is measured. */
export async function nobodyListens(port: number): Promise<void> {
  if (await listens(port)) throw new Error(`Something listens on port ${port} before the server has been started.`);
}

function listens(port: number, host = LOOPBACK): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => done(true)).on("error", () => done(false));
  });
}

async function called(port: number, host: string): Promise<boolean> {
  const client = new Client({ name: "bench", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(`http://${host}:${port}/mcp`)));
    const { isError } = await client.callTool({ name: "greet", arguments: { name: "bench" } });
    return isError !== true;
  } catch {
    return false;
  } finally {
    await client.close().catch(() => {});
  }
}
