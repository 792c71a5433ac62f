/** MCP servers of a few lines for both transports: the protocol as old and new servers speak it, and what goes wrong. */
const ANSWER = `
const tools = [{ name: "forecast", inputSchema: { type: "object" } }, { name: "alert", inputSchema: { type: "object" } }];
const info = { name: "weather", version: "1.2.3" };
function answer({ id, method, params }) {
  const result = (value) => ({ jsonrpc: "2.0", id, result: value });
  if (method === "server/discover" && process.env.MODERN) return result({
    supportedVersions: ["2026-07-28"], capabilities: { tools: {} }, resultType: "complete", ttlMs: 0, cacheScope: "private",
    _meta: { "io.modelcontextprotocol/serverInfo": info },
  });
  if (method === "initialize") return result({ protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: info });
  if (method !== "tools/list") return { jsonrpc: "2.0", id, error: { code: -32601, message: "Method not found" } };
  const page = Number(params?.cursor ?? 0);
  const more = process.env.ENDLESS || page === 0 ? { nextCursor: String(page + 1) } : {};
  const modern = process.env.MODERN ? { resultType: "complete", ttlMs: 0, cacheScope: "private" } : {};
  return result({ tools: [tools[page % 2]], ...more, ...modern });
}
`;

/** Speaks MCP on its standard streams. BANNER, STRICT and SILENT make it one of the odd ones. */
export const STDIO = `${ANSWER}
console.error("the key is " + process.env.API_KEY);
if (process.env.BANNER) console.log("Welcome!");
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  if (process.env.STRICT && message.method === "server/discover") process.exit(1);
  if (process.env.SILENT && message.method === "server/discover") return;
  if (message.id !== undefined) console.log(JSON.stringify(answer(message)));
});
`;

/** Starts a helper that ignores SIGTERM and the end of its input. */
export const WITH_HELPER = `
require("node:child_process").spawn(process.execPath, ["-e", 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: "inherit" });
${STDIO}`;

/** Speaks MCP over Streamable HTTP, with answers as JSON. SESSION makes it one whose sessions never end. */
export const HTTP = `${ANSWER}
require("node:http").createServer(async (request, response) => {
  if (process.env.SESSION && request.method === "DELETE") return;
  if (process.env.SESSION) response.setHeader("mcp-session-id", "s1");
  if (request.method !== "POST") return response.writeHead(405).end();
  let body = "";
  for await (const chunk of request) body += chunk;
  const message = JSON.parse(body);
  if (message.id === undefined) return response.writeHead(202).end();
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(answer(message)));
}).listen(process.env.PORT, "127.0.0.1", () => console.log("listening"));
`;
