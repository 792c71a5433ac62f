import { Client, StreamableHTTPClientTransport, type Tool, type Transport } from "@modelcontextprotocol/client";
import { VERSION } from "../../common/version";
import { describeFailure, within } from "./failure";
import { ProcessGroupTransport, type StdioCommand } from "./stdioTransport";

/** Where a client finds the server. */
export type Endpoint = ({ transport: "stdio" } & StdioCommand) | { transport: "http"; url: string };

/** What a server says of itself to a client. */
export interface ServerSurface {
  serverName: string;
  serverVersion: string;
  protocolVersion: string;
  tools: Tool[];
}

/** A handshake that failed. */
export class HandshakeError extends Error {
  override readonly name = "HandshakeError";

  /**
   * @param stderr what the server wrote meanwhile on stderr (stdio only)
   * @param cause what the MCP client said
   */
  constructor(
    message: string,
    readonly stderr: string,
    override readonly cause: Error,
  ) {
    super(message);
  }
}

/** How long the end of a connection is waited for, in milliseconds. */
const CLOSE_MS = 3_000;

/**
 * Connects as an MCP client does: `server/discover` (revision 2026-07-28), else `initialize`; then `tools/list`.
 * @param timeoutMs time for all of it in milliseconds
 * @throws HandshakeError when the server does not answer, or not as an MCP server does
 */
export async function handshake(endpoint: Endpoint, timeoutMs: number): Promise<ServerSurface> {
  if (endpoint.transport === "http") {
    return converse(new StreamableHTTPClientTransport(new URL(endpoint.url)), "auto", timeoutMs);
  }
  const deadline = Date.now() + timeoutMs;
  const transport = new ProcessGroupTransport(endpoint);
  try {
    return await converse(transport, "auto", timeoutMs);
  } catch (error) {
    // Some servers of older revisions end at any request before `initialize`: those get it first, in a new process.
    if (transport.exit === undefined || transport.hasAnswered || Date.now() >= deadline) throw error;
    return converse(new ProcessGroupTransport(endpoint), "legacy", deadline - Date.now());
  }
}

async function converse(transport: Transport, mode: "auto" | "legacy", timeoutMs: number): Promise<ServerSurface> {
  // A stdio server that does not know `server/discover` may ignore it: half of the time is left for `initialize`.
  const probe = { timeoutMs: transport instanceof ProcessGroupTransport ? timeoutMs / 2 : timeoutMs };
  const client = new Client({ name: "pulumi-mcp-deploy", version: VERSION }, { versionNegotiation: { mode, probe } });
  try {
    return await within(timeoutMs, askSurface(client, transport, timeoutMs));
  } catch (error) {
    const stderr = transport instanceof ProcessGroupTransport ? transport.stderr : "";
    throw new HandshakeError(describeFailure(error as Error, transport), stderr, error as Error);
  } finally {
    if (transport instanceof StreamableHTTPClientTransport && transport.sessionId !== undefined) {
      await within(CLOSE_MS, transport.terminateSession()).catch(() => {});
    }
    await within(CLOSE_MS, transport.close()).catch(() => {});
    await client.close().catch(() => {});
  }
}

async function askSurface(client: Client, transport: Transport, timeout: number): Promise<ServerSurface> {
  await client.connect(transport, { timeout });
  // All pages of it: the client follows the cursors, and gives up where they never end.
  const { tools } = client.getServerCapabilities()?.tools ? await client.listTools({}, { timeout }) : { tools: [] };
  const info = client.getServerVersion();
  const protocolVersion = client.getNegotiatedProtocolVersion() ?? "unknown";
  return {
    serverName: info?.name ?? "unknown",
    serverVersion: info?.version ?? "unknown",
    protocolVersion,
    tools,
  };
}
