/** An MCP server fit for production: Streamable HTTP, health checks, metrics, JSON logs, graceful shutdown. */

import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { hostHeaderValidation, originValidation, toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, localhostAllowedHostnames } from "@modelcontextprotocol/server";
import { activeConnections, log, metricsServer, runningCalls } from "./observability.js";
import { allOk, checkDependencies, createMcpServer } from "./tools.js";

/** A TCP port from the environment, or an error that names the variable. */
function port(name, fallback) {
  const value = process.env[name] || String(fallback);
  if (/^\d+$/.test(value) && value > 0 && value < 65536) return Number(value);
  throw new Error(`${name} must be a port between 1 and 65535, got "${value}"`);
}

const HOST = process.env.HOST || "127.0.0.1";
const PORT = port("PORT", 8080);
const METRICS_HOST = process.env.METRICS_HOST || HOST;
const METRICS_PORT = port("METRICS_PORT", 8000);
const listed = (text = "") => text.split(",").flatMap((item) => item.trim() || []);
const ALLOWED_HOSTS = listed(process.env.ALLOWED_HOSTS);
const ALLOWED_ORIGINS = listed(process.env.ALLOWED_ORIGINS);
const SHUTDOWN_GRACE_MS = Number(process.env.SHUTDOWN_GRACE_SECONDS || 7) * 1000;
const UNREADY_MS = 1000; // Proxies go on sending for a moment after a shutdown begins: that still has to land.
const CLOSE_MS = 1000;

// Serves 2026-07-28 and, without sessions, the revisions before it: any replica can answer any request.
const mcp = createMcpHandler(createMcpServer, { onerror: (error) => log("DEBUG", error.message) });
const handleMcp = toNodeHandler(mcp, { onerror: (error) => log("ERROR", error.message) });

// Browsers must not reach the server from foreign pages (DNS rebinding): the Origin is always checked, the Host when
// the server is bound to loopback or ALLOWED_HOSTS says under which names clients come.
const knownHosts = [...localhostAllowedHostnames(), ...ALLOWED_HOSTS];
const originAllowed = originValidation([...knownHosts, ...ALLOWED_ORIGINS.map((origin) => new URL(origin).hostname)]);
const checksHost = ALLOWED_HOSTS.length > 0 || ["localhost", "127.0.0.1", "::1"].includes(HOST);
const hostAllowed = checksHost ? hostHeaderValidation(knownHosts) : () => true;

let draining = false;

const server = createServer(async (request, response) => {
  if (draining) response.setHeader("connection", "close"); // Moves clients that keep connections on to another replica.
  switch (request.url.split("?", 1)[0]) {
    case "/mcp":
      if (!hostAllowed(request, response) || !originAllowed(request, response)) return;
      activeConnections.inc();
      response.once("close", () => activeConnections.dec());
      return handleMcp(request, response);
    case "/healthz": // Liveness. Never touches a dependency: restarting this process would not mend Redis.
      return sendJson(response, 200, { status: "alive" });
    case "/readyz": // Readiness: 503 while a dependency is down, and from the moment a shutdown begins.
      return sendReadiness(response);
    default:
      return sendJson(response, 404, { error: "not found" });
  }
});

async function sendReadiness(response) {
  if (draining) return sendJson(response, 503, { status: "shutting down", checks: {} });
  const checks = await checkDependencies();
  return allOk(checks)
    ? sendJson(response, 200, { status: "ready", checks })
    : sendJson(response, 503, { status: "not ready", checks });
}

function sendJson(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Turns unready, lets running calls finish, ends the streams, exits with 0. A second signal means: now. */
async function shutDown(signal) {
  if (draining) process.exit(0);
  draining = true;
  log("INFO", "shutting down", { signal });
  const deadline = Date.now() + SHUTDOWN_GRACE_MS;
  await sleep(UNREADY_MS);
  while (runningCalls() > 0 && Date.now() < deadline) await sleep(50);
  log("INFO", "closing connections", { unfinished_calls: runningCalls() });
  server.close();
  await mcp.close(); // Ends each subscription with its last message; open streams would keep the process alive.
  metricsServer.close();
  await sleep(CLOSE_MS, undefined, { ref: false }); // Only a connection that is still open makes this wait.
  process.exit(0);
}
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, shutDown);

metricsServer.listen(METRICS_PORT, METRICS_HOST);
server.listen(PORT, HOST, () => log("INFO", "listening", { host: HOST, port: PORT, metrics_port: METRICS_PORT }));
