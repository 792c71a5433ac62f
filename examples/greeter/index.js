/** The smallest useful MCP server over HTTP: one tool, with the official SDK. */

import { createServer } from "node:http";
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

const { HOST = "127.0.0.1", PORT = "8080", GREETING = "Hello" } = process.env;

function greeter() {
  const server = new McpServer({ name: "greeter", version: "1.0.0" });
  server.registerTool(
    "greet",
    { description: "Greet someone.", inputSchema: z.object({ name: z.string() }) },
    ({ name }) => ({ content: [{ type: "text", text: `${GREETING}, ${name}!` }] }),
  );
  return server;
}

const mcp = createMcpHandler(greeter);
const handle = toNodeHandler(mcp);
// Web pages of other sites must not reach the server (DNS rebinding).
const hostAllowed = localhostHostValidation();
const originAllowed = localhostOriginValidation();

const server = createServer((request, response) => {
  if (!hostAllowed(request, response) || !originAllowed(request, response)) return;
  if (request.url === "/mcp") return handle(request, response);
  response.writeHead(request.url === "/readyz" || request.url === "/healthz" ? 200 : 404).end();
});
server.listen(Number(PORT), HOST);

process.on("SIGTERM", async () => {
  server.close();
  await mcp.close();
  process.exit(0);
});
