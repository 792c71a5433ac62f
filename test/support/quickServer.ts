import { makeFolder } from "./folder";

/**
 * A server for tests of what goes wrong around servers: without dependencies, and with a Dockerfile that only copies, so
 * that its image is built within a second and without a network. Tools: `greet` says the given greeting; `count` counts
 * its calls in Redis.
 */
export function quickServer(greeting = "hello", more: Record<string, string> = {}): string {
  return makeFolder({
    "package.json": '{ "name": "quick-server", "version": "1.0.0" }',
    "index.js": program(greeting),
    Dockerfile: DOCKERFILE,
    ...more,
  });
}

export const DOCKERFILE = 'FROM node:22-slim\nCOPY . /app/\nUSER 10001:10001\nCMD ["node", "/app/index.js"]\n';

/** Its only file; with another greeting it is another image. */
export const program = (greeting: string): string => `
const { createServer } = require("node:http");
const { connect } = require("node:net");
const tools = ["count", "greet"].map((name) => ({ name, inputSchema: { type: "object" } }));
const text = (value) => ({ content: [{ type: "text", text: String(value) }] });
const count = () => new Promise((resolve, reject) => {
  const { hostname, port, password } = new URL(process.env.REDIS_URL);
  let told = "";
  const socket = connect(port, hostname, () => socket.write(\`AUTH \${password}\\r\\nINCR calls\\r\\nQUIT\\r\\n\`));
  socket.setTimeout(3000, () => socket.destroy(new Error("Redis does not answer")));
  socket.on("data", (data) => { told += data; }).on("error", reject);
  socket.on("close", () => resolve(/^:(\\d+)/m.exec(told)?.[1] ?? told));
});
async function answer({ id, method, params }) {
  const result = (value) => ({ jsonrpc: "2.0", id, result: value });
  if (method === "initialize") return result({
    protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "quick", version: "1.0.0" },
  });
  if (method === "tools/list") return result({ tools });
  if (method !== "tools/call") return { jsonrpc: "2.0", id, error: { code: -32601, message: "Method not found" } };
  return result(text(params.name === "count" ? await count().catch((error) => error.message) : ${JSON.stringify(greeting)}));
}
createServer(async (request, response) => {
  if (request.method !== "POST") return response.writeHead(404).end();
  let body = "";
  for await (const chunk of request) body += chunk;
  const message = JSON.parse(body);
  if (message.id === undefined) return response.writeHead(202).end();
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(await answer(message)));
}).listen(process.env.PORT, () => console.log("listening"));
process.on("SIGTERM", () => process.exit(0));
`;
