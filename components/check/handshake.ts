import { Client, StreamableHTTPClientTransport, type Tool, type Transport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { VERSION } from "../version";

/** Where a client finds the server. */
export type Endpoint =
  | { transport: "stdio"; command: string; args: string[]; env: Record<string, string> }
  | { transport: "http"; url: string };

/** What a server says of itself to a client. */
export interface ServerSurface {
  serverName: string;
  serverVersion: string;
  protocolVersion: string;
  tools: Tool[];
}

/** A handshake that failed, with what the server wrote meanwhile on stderr (stdio only). */
export class HandshakeError extends Error {
  override readonly name = "HandshakeError";

  constructor(
    message: string,
    readonly stderr: string,
  ) {
    super(message);
  }
}

/** More pages than any client would load: a server whose cursor never ends must not hang the deployment. */
const MAX_PAGES = 100;

/**
 * Connects as an MCP client does: `server/discover` (revision 2026-07-28), else `initialize`; then `tools/list`.
 * @param timeoutMs time for each request in milliseconds
 * @throws HandshakeError when the server does not answer, or not as an MCP server does
 */
export async function handshake(endpoint: Endpoint, timeoutMs: number): Promise<ServerSurface> {
  const transport = openTransport(endpoint);
  let stderr = "";
  if (transport instanceof StdioClientTransport) {
    transport.stderr?.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString("utf8")).slice(-8_192);
    });
  }
  const client = new Client(
    { name: "pulumi-mcp-deploy", version: VERSION },
    { versionNegotiation: { mode: "auto", probe: { timeoutMs } } },
  );
  let garbage: string | undefined;
  client.onerror = (error) => {
    if (error instanceof SyntaxError) garbage ??= error.message;
  };
  try {
    await client.connect(transport, { timeout: timeoutMs });
    const tools = await listTools(client, timeoutMs);
    const info = client.getServerVersion();
    const protocolVersion = client.getNegotiatedProtocolVersion() ?? "unknown";
    if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession().catch(() => {});
    return {
      serverName: info?.name ?? "unknown",
      serverVersion: info?.version ?? "unknown",
      protocolVersion,
      tools,
    };
  } catch (error) {
    throw new HandshakeError(explain(error as Error, garbage), stderr);
  } finally {
    await client.close().catch(() => {});
  }
}

function openTransport(endpoint: Endpoint): Transport {
  if (endpoint.transport === "http") return new StreamableHTTPClientTransport(new URL(endpoint.url));
  const { command, args, env } = endpoint;
  return new StdioClientTransport({ command, args, env, stderr: "pipe" });
}

async function listTools(client: Client, timeout: number): Promise<Tool[]> {
  if (!client.getServerCapabilities()?.tools) return [];
  const tools: Tool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await client.listTools({ cursor }, { timeout });
    tools.push(...answer.tools);
    cursor = answer.nextCursor;
    if (!cursor) return tools;
  }
  throw new Error(`tools/list did not end after ${MAX_PAGES} pages`);
}

function explain(error: Error, garbage: string | undefined): string {
  if (garbage === undefined) return error.message;
  return `${error.message}; it wrote to stdout what is no MCP message (${garbage}). A stdio server must log to stderr`;
}
