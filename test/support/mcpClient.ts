import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

/** Where a deployed server is, as the stack output `servers` says it. */
export interface ServerOutput {
  target: string;
  transport: string;
  url?: string;
  command?: string;
  args?: string[];
  tools: string[];
  toolsDigest: string;
}

/** Calls a tool as an MCP client does, and returns the text of its answer. */
export async function callTool(
  server: ServerOutput,
  name: string,
  args: Record<string, unknown> = {},
): Promise<string> {
  const transport = server.url
    ? new StreamableHTTPClientTransport(new URL(server.url))
    : new StdioClientTransport({ command: server.command ?? "", args: server.args ?? [], stderr: "ignore" });
  const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(transport);
  try {
    const { content } = await client.callTool({ name, arguments: args });
    const [first] = content as { text?: string }[];
    return first?.text ?? "";
  } finally {
    await client.close();
  }
}
