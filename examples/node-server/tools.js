/** What the server offers, and the services that it depends on. */

import { createHash } from "node:crypto";
import { connect } from "node:net";
import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { observe } from "./observability.js";

const { API_KEY, REDIS_URL } = process.env;
const GREETING = process.env.GREETING || "Hello";
const DEPENDENCY_TIMEOUT_SECONDS = 2;

const text = (value) => ({ content: [{ type: "text", text: value }] });

/** A server with its tools. Cheap to make: the SDK wants a new one for each request, and so no state can leak. */
export function createMcpServer() {
  const server = new McpServer({ name: "node-server", version: "1.0.0" });
  observe(server);

  server.registerTool(
    "containerized_tool",
    {
      description: "Process a value: the containerization guidelines' example tool.",
      inputSchema: z.object({ param: z.string() }),
    },
    ({ param }) => text(`Processed: ${param}`),
  );

  server.registerTool(
    "greet",
    {
      description: "Greet someone, in the words that the environment variable GREETING sets.",
      inputSchema: z.object({ name: z.string() }),
    },
    ({ name }) => text(`${GREETING}, ${name}!`),
  );

  server.registerTool(
    "api_key_fingerprint",
    {
      description: 'Tell which API key the server got, by the first 12 hex digits of its SHA-256; "unset" without one.',
    },
    () => text(API_KEY ? createHash("sha256").update(API_KEY).digest("hex").slice(0, 12) : "unset"),
  );

  server.registerTool(
    "health_check",
    { description: "Report the server's health and that of each service it depends on." },
    async () => {
      const checks = await checkDependencies();
      return text(JSON.stringify({ status: allOk(checks) ? "healthy" : "unhealthy", checks }));
    },
  );

  return server;
}

/** Tries each configured dependency. A value other than "ok" says what is wrong. */
export async function checkDependencies() {
  return REDIS_URL ? { redis: await checkTcp(REDIS_URL, 6379) } : {};
}

export const allOk = (checks) => Object.values(checks).every((result) => result === "ok");

/** Sees whether something listens at a URL's address. Needs no client library, and sends no credentials. */
function checkTcp(url, defaultPort) {
  // Errors are named by their code alone: the message may quote the URL, which may hold a password.
  if (!URL.canParse(url)) return Promise.resolve("error: invalid URL");
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[(.*)\]$/, "$1"); // An IPv6 address stands in brackets in a URL only.
    const socket = connect({ host, port: Number(port) || defaultPort });
    const finish = (result) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    // Our own timer: the socket's does not run while a name is being looked up.
    const timer = setTimeout(
      () => finish(`error: no answer within ${DEPENDENCY_TIMEOUT_SECONDS} s`),
      DEPENDENCY_TIMEOUT_SECONDS * 1000,
    );
    socket.once("connect", () => finish("ok"));
    socket.once("error", (error) => finish(`error: ${error.code}`));
  });
}
