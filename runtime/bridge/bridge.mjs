/**
 * A stdio MCP server, served by Streamable HTTP: one process of the server for each session.
 *
 *     node bridge.mjs COMMAND [ARGS...]
 *
 * It relays messages without reading more of them than it needs to route them, so that it speaks whatever revision the
 * server speaks. Settings come by environment variables (see `settings`), which the server does not get. It uses
 * Node itself, and what the telemetry layer for Node servers has. bridge.py is the same program for Python servers: they
 * change together, and the same tests hold for both (test/e2e/bridge.test.ts).
 */
import { watch } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Exchange, sendJson } from "./exchange.mjs";
import { running, Session } from "./session.mjs";
import { MAX_MESSAGE, parse, settings } from "./settings.mjs";
import { startTelemetry } from "./telemetry.mjs";

const SESSION_REVISIONS = ["2025-11-25", "2025-06-18", "2025-03-26"];
const STATELESS_REVISION = "2026-07-28";

let draining = false;

const server = createServer((request, response) => {
  response.on("error", () => {}); // The client has left; `close` tells.
  handle(request, response).catch((error) => refuse(response, 500, -32603, error.message));
});
// Longer than clients keep theirs: a connection that one side closes while the other writes is a failed call.
server.keepAliveTimeout = 75_000;

async function handle(request, response) {
  if (draining) response.setHeader("connection", "close");
  const path = request.url.split("?", 1)[0];
  if (path === "/healthz") return sendJson(response, 200, { status: "alive", sessions: running.sessions.size });
  if (path === "/readyz") return sendJson(response, draining ? 503 : 200, { status: draining ? "ending" : "ready" });
  if (path !== settings.path)
    return sendJson(response, 404, { error: `not found; the MCP endpoint is ${settings.path}` });
  // Browsers must not reach the server from foreign pages (DNS rebinding).
  if (!isAllowed(request.headers.origin)) return refuse(response, 403, -32000, "this Origin is not allowed");
  if (draining) return refuse(response, 503, -32000, "the server is shutting down");
  if (request.method === "POST") return post(request, response);
  if (request.method !== "GET" && request.method !== "DELETE") {
    return refuse(response, 405, -32000, "only POST, GET and DELETE are allowed", { allow: "POST, GET, DELETE" });
  }
  const session = sessionOf(request, response);
  if (!session) return;
  if (request.method === "DELETE") {
    await session.end("the client ended the session");
    return sendJson(response, 200, {});
  }
  if (!accepts(request, "text/event-stream"))
    return refuse(response, 406, -32000, "a client must accept text/event-stream");
  if (session.stream) return refuse(response, 409, -32000, "this session has a stream already");
  session.stream = new Exchange(response);
  session.stream.startStream();
  for (const message of session.backlog.splice(0)) session.stream.event(message);
  response.once("close", () => {
    session.stream = undefined;
  });
}

async function post(request, response) {
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    return refuse(response, 415, -32000, "Content-Type must be application/json");
  }
  if (!accepts(request, "application/json") || !accepts(request, "text/event-stream")) {
    return refuse(response, 406, -32000, "a client must accept application/json and text/event-stream");
  }
  const body = await bodyOf(request);
  if (body === undefined) return refuse(response, 413, -32000, "a message may have 10 MB at most");
  const message = parse(body);
  if (message === undefined) return refuse(response, 400, -32700, "the body is no JSON object");
  const isId = [undefined, "string", "number"].includes(message.id === undefined ? undefined : typeof message.id);
  if (message.jsonrpc !== "2.0" || !isId) return refuse(response, 400, -32600, "the body is no JSON-RPC 2.0 message");
  const session = message.method === "initialize" ? start(response, message.id) : chosen(request, response, message);
  if (!session) return;
  if (session.isBroken) session.renew();
  if (message.method === undefined || message.id === undefined) {
    session.send(message);
    return response.writeHead(202).end();
  }
  if (session.pending.has(message.id) && !session.isShared) {
    return refuse(response, 400, -32600, "a request with this id is running", {}, message.id);
  }
  const isNew = message.method === "initialize";
  const exchange = new Exchange(response, isNew ? { "mcp-session-id": session.id } : {});
  // A client that left before it learned the session's id can never come back to it.
  if (isNew) response.once("close", () => exchange.isDone || session.end("the client left"));
  session.request(message, exchange);
}

function chosen(request, response, message) {
  const version = request.headers["mcp-protocol-version"] ?? "";
  if (
    request.headers["mcp-session-id"] !== undefined ||
    (message.method !== "server/discover" && version < STATELESS_REVISION)
  ) {
    return sessionOf(request, response, message.id);
  }
  if (settings.stateless) {
    if (!running.shared) running.shared = start(response, message.id, true);
    return running.shared;
  }
  const reason = "a stdio server has one process a session: use a revision with sessions, beginning with initialize";
  const data = { supported: SESSION_REVISIONS, requested: version };
  return refuse(response, 400, -32022, `unsupported protocol version: ${reason}`, {}, message.id, data);
}

function sessionOf(request, response, id) {
  const header = request.headers["mcp-session-id"];
  if (header === undefined) return refuse(response, 400, -32000, "the header Mcp-Session-Id is missing", {}, id);
  // The specification's answer: it makes the client begin a new session.
  return (
    running.sessions.get(header) ?? refuse(response, 404, -32001, "there is no such session, or it has ended", {}, id)
  );
}

function start(response, id, isShared = false) {
  if (running.children.size >= settings.maxSessions) {
    const message = `all ${settings.maxSessions} sessions are in use: try later, or raise bridge.maxSessions and the memory limit`;
    return refuse(response, 503, -32000, message, { "retry-after": "5" }, id);
  }
  const session = new Session(isShared);
  if (!isShared) running.sessions.set(session.id, session);
  return session;
}

function isAllowed(origin) {
  if (origin === undefined || settings.allowedOrigins.includes(origin)) return true;
  const { hostname } = URL.parse(origin) ?? {};
  return hostname !== undefined && settings.allowedHosts.includes(hostname);
}

function accepts({ headers }, type) {
  const accept = headers.accept ?? "*/*";
  return accept.includes(type) || accept.includes("*/*");
}

async function bodyOf(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_MESSAGE) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function refuse(response, status, code, message, headers = {}, id = null, data = undefined) {
  if (response.headersSent) response.destroy();
  else sendJson(response, status, { jsonrpc: "2.0", id, error: { code, message, ...(data && { data }) } }, headers);
}

/** Ends the sessions that nobody has used for the idle time, and keeps quiet streams alive. */
setInterval(
  () => {
    for (const session of running.children) {
      for (const exchange of session.pending.values()) exchange.keepAlive();
      session.stream?.keepAlive();
      const isIdle = session.pending.size === 0 && Date.now() - session.lastUsed >= settings.idleMs;
      if (isIdle) session.end("it was idle");
    }
  },
  Math.min(1_000, settings.idleMs),
).unref();

/** An editor writes a file in several steps: what follows within this time, in ms, belongs to the same edit. */
const EDIT_MS = 50;
const NOT_SOURCE = /(^|\/)(node_modules|logs|__pycache__|\.git)(\/|$)|[~]$|\.sw[px]$/;
if (settings.watch) {
  let timer;
  watch(settings.watch, { recursive: true }, (_, file) => {
    if (file && NOT_SOURCE.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const live = [...running.children].filter((session) => !session.isEnding).sort((a, b) => b.lastUsed - a.lastUsed);
      for (const [index, session] of live.entries()) session.edited(index === 0);
    }, EDIT_MS);
  });
}

/** Streams end at once, running calls may finish, then the server's processes end. */
async function shutDown() {
  if (draining) return;
  draining = true;
  const deadline = Date.now() + settings.graceMs;
  for (const session of running.sessions.values()) session.stream?.response.end();
  while ([...running.children].some(({ pending }) => pending.size > 0) && Date.now() < deadline) await sleep(50);
  server.close();
  await Promise.all([...running.children].map((session) => session.end("the server is shutting down")));
  process.exit(0);
}
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, shutDown);

/** Clients: their sessions, and where these are none, their requests. */
const connections = () => running.sessions.size + (running.shared?.pending.size ?? 0);

server.listen(settings.port, settings.host, () => {
  startTelemetry(connections);
  process.stderr.write(`MCP bridge on port ${settings.port}, at most ${settings.maxSessions} sessions\n`);
});
