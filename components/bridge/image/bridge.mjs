/**
 * A stdio MCP server, served by Streamable HTTP: one process of the server for each session.
 *
 *     node bridge.mjs COMMAND [ARGS...]
 *
 * It relays messages without reading more of them than it needs to route them, so that it speaks whatever revision the
 * server speaks. Settings come by environment variables (see `settings`), which the server does not get. It uses
 * nothing but Node itself. bridge.py is the same program for Python servers: they change together, and the same tests
 * hold for both (test/e2e/bridge.test.ts).
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { watch } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as sleep } from "node:timers/promises";

const { PORT = "8080", MCP_BRIDGE_HOST = "0.0.0.0", MCP_BRIDGE_PATH = "/mcp", ALLOWED_HOSTS = "" } = process.env;
const { MCP_BRIDGE_MAX_SESSIONS = "50", MCP_BRIDGE_IDLE_SECONDS = "300", MCP_BRIDGE_STATELESS = "" } = process.env;
const settings = {
  path: MCP_BRIDGE_PATH,
  maxSessions: Number(MCP_BRIDGE_MAX_SESSIONS),
  idleMs: Number(MCP_BRIDGE_IDLE_SECONDS) * 1000,
  // Clients of revision 2026-07-28 have no sessions: they share one process, or are asked to use an older revision.
  stateless: MCP_BRIDGE_STATELESS === "true",
  // Development: on a change in this folder each session goes on with a new process.
  watch: process.env.MCP_BRIDGE_WATCH,
  allowedHosts: ["localhost", "127.0.0.1", "[::1]", ...ALLOWED_HOSTS.split(",").flatMap((host) => host.trim() || [])],
};
const [command, ...commandArgs] = process.argv.slice(2);

const SESSION_REVISIONS = ["2025-11-25", "2025-06-18", "2025-03-26"];
const STATELESS_REVISION = "2026-07-28";
const MAX_MESSAGE = 10 * 1024 * 1024; // Bytes; the limit of the official SDK.
const RENEWAL = "mcp-bridge-renewal"; // Id of the `initialize` that the bridge itself repeats.
const MAX_BACKLOG = 100; // Messages kept for a client that has no stream open.
const QUIET_MS = 15_000; // After that a stream gets a comment, so that no proxy takes it for dead.
const END_MS = 1_000; // For a process to end by itself, and once more after SIGTERM.
const DRAIN_MS = 5_000; // For running calls, once the bridge itself is to end.

const sessions = new Map();
const children = new Set(); // Also those that are ending: they count towards the cap.
let sharedSession;
let draining = false;

/** One process of the server, and who waits for its messages. */
class Session {
  id = randomUUID();
  pending = new Map(); // By request id: the exchange that awaits the response.
  stream = undefined; // The client's GET stream.
  backlog = [];
  lastUsed = Date.now();
  isEnding = false;
  stderr = "";
  nextId = 1;

  initialize = undefined; // What began the session, to begin it anew in a new process.
  queue = undefined; // Messages for a new process that is not ready yet.
  isBroken = false;

  constructor(isShared) {
    this.isShared = isShared;
    children.add(this);
    this.start();
  }

  start() {
    this.isBroken = false;
    this.stderr = "";
    // A process group of its own: what the server starts itself ends with it.
    const child = spawn(command, commandArgs, { env: serverEnv(), stdio: "pipe", detached: true });
    this.child = child;
    // When memory runs out, one session is lost and not all of them.
    if (child.pid) writeFile(`/proc/${child.pid}/oom_score_adj`, "1000").catch(() => {});
    const decoder = new StringDecoder("utf8");
    let rest = "";
    child.stdout.on("data", (chunk) => {
      const lines = (rest + decoder.write(chunk)).split("\n");
      rest = lines.pop();
      if (this.child !== child) return;
      for (const line of lines) this.receive(line);
      if (rest.length > MAX_MESSAGE) this.end("it sent a message of more than 10 MB");
    });
    child.stderr.on("data", (chunk) => {
      process.stderr.write(chunk);
      if (this.child === child) this.stderr = (this.stderr + chunk).slice(-4096);
    });
    child.stdin.on("error", () => {}); // It has ended: its exit says more.
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
      child.once("error", (error) => resolve(error.message));
    });
    this.gone = this.exited.then((how) => {
      if (child.pid) signalGroup(child.pid, "SIGKILL");
      if (this.child !== child) return;
      if (this.isEnding || !settings.watch) {
        this.end(`it ended (${how})`);
        children.delete(this);
      } else {
        this.isBroken = true; // Until the next edit, or the next request.
        this.fail(`it ended (${how})`);
      }
    });
  }

  /** The session in use goes on at once, the others when they are used again: many processes would start slowly. */
  edited(isInUse) {
    if (isInUse) this.renew();
    else if (!this.isBroken && this.child.pid) signalGroup(this.child.pid, "SIGKILL");
    this.stream?.event({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
  }

  /** Goes on in a new process, which an edit has changed. */
  renew() {
    const old = this.child;
    this.fail("it was restarted after an edit");
    this.start();
    if (old.pid) signalGroup(old.pid, "SIGKILL");
    if (!this.initialize) return;
    this.queue = [];
    this.write({ ...this.initialize, id: RENEWAL });
  }

  /** Hands a client's message to the server. */
  send(message) {
    this.lastUsed = Date.now();
    if (message.method === "initialize") this.initialize = message;
    if (this.queue) this.queue.push(message);
    else this.write(message);
  }

  write(message) {
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  isRenewed() {
    const waiting = this.queue ?? [];
    this.queue = undefined;
    for (const message of [{ jsonrpc: "2.0", method: "notifications/initialized" }, ...waiting]) this.write(message);
  }

  /** Sends a request, whose response goes to the exchange. Clients that share a process have equal ids: they get new ones. */
  request(message, exchange) {
    const { id, params } = message;
    const key = this.isShared ? this.nextId++ : id;
    const token = params?._meta?.progressToken;
    Object.assign(exchange, { id, key, token });
    this.pending.set(key, exchange);
    exchange.response.once("close", () => this.abandon(exchange));
    if (!this.isShared) return this.send(message);
    const meta = token === undefined ? {} : { params: { ...params, _meta: { ...params._meta, progressToken: key } } };
    this.send({ ...message, ...meta, id: key });
  }

  /** A client that closes its connection wants no answer; where there are no sessions, that is how it cancels. */
  abandon({ key, isDone }) {
    this.lastUsed = Date.now();
    if (!this.pending.delete(key) || isDone || this.isEnding) return;
    if (this.isShared) this.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: key } });
  }

  receive(line) {
    const message = parse(line);
    if (message === undefined) {
      if (line.trim()) process.stderr.write(`not an MCP message on stdout: ${line.slice(0, 200)}\n`);
      return;
    }
    this.lastUsed = Date.now();
    if (message.id === RENEWAL && message.method === undefined) this.isRenewed();
    else if (message.method === undefined) {
      const exchange = this.pending.get(message.id);
      this.pending.delete(message.id);
      exchange?.finish({ ...message, id: exchange.id });
    } else this.route(message);
  }

  /** What the server sends by itself goes where it belongs: to the call that it is about, else to the client's own stream. */
  route(message) {
    const { progressToken, _meta } = message.params ?? {};
    const subscription = _meta?.["io.modelcontextprotocol/subscriptionId"];
    const open = [...this.pending.values()];
    const about = open.find(
      ({ key, token }) =>
        key === subscription ||
        (progressToken !== undefined && (this.isShared ? key : token) === progressToken && token !== undefined),
    );
    if (about) return about.event(this.isShared ? restored(message, about) : message);
    if (this.isShared) return open.length === 1 ? open[0].event(message) : undefined;
    if (this.stream) this.stream.event(message);
    else if (open.length > 0) open.at(-1).event(message);
    else if (this.backlog.length < MAX_BACKLOG) this.backlog.push(message);
  }

  /** Answers all who wait, with what the server said at last. */
  fail(why) {
    const lines = this.stderr.trim().split("\n");
    const lastLine = lines.findLast((line) => /^[\w.]*(Error|Exception)\b/.test(line)) ?? lines.at(-1);
    const message = `the MCP server does not answer: ${why}${lastLine ? `; its last words: ${lastLine}` : ""}`;
    for (const exchange of this.pending.values()) {
      exchange.finish({ jsonrpc: "2.0", id: exchange.id, error: { code: -32603, message } }, 500);
    }
    this.pending.clear();
    this.queue = undefined;
  }

  /** Ends the process and all that it started: by the end of its stdin, then SIGTERM, then SIGKILL. */
  async end(why) {
    if (this.isEnding) return this.gone;
    this.isEnding = true;
    sessions.delete(this.id);
    if (sharedSession === this) sharedSession = undefined;
    this.fail(why);
    this.stream?.response.end();
    this.child.stdin.end();
    if (this.isBroken) children.delete(this);
    for (const signal of ["SIGTERM", "SIGKILL"]) {
      await Promise.race([this.exited, sleep(END_MS, undefined, { ref: false })]);
      if (!children.has(this)) break;
      if (this.child.pid) signalGroup(this.child.pid, signal);
    }
    return this.gone;
  }
}

/** An answer to a client: JSON when the response comes alone, a stream of events when something comes before it. */
class Exchange {
  isDone = false;
  lastEvent = Date.now();

  constructor(response, headers = {}) {
    this.response = response;
    this.headers = headers;
  }

  startStream() {
    this.lastEvent = Date.now();
    if (this.response.headersSent) return;
    const headers = { "content-type": "text/event-stream", "cache-control": "no-cache", "x-accel-buffering": "no" };
    this.response.writeHead(200, { ...headers, ...this.headers }).flushHeaders();
  }

  event(message) {
    this.startStream();
    this.response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }

  finish(message, status = 200) {
    this.isDone = true;
    if (!this.response.headersSent) return sendJson(this.response, status, message, this.headers);
    this.event(message);
    this.response.end();
  }

  keepAlive() {
    if (Date.now() - this.lastEvent < QUIET_MS) return;
    this.startStream();
    this.response.write(": keep-alive\n\n");
  }
}

const server = createServer((request, response) => {
  response.on("error", () => {}); // The client has left; `close` tells.
  handle(request, response).catch((error) => refuse(response, 500, -32603, error.message));
});
// Longer than clients keep theirs: a connection that one side closes while the other writes is a failed call.
server.keepAliveTimeout = 75_000;

async function handle(request, response) {
  if (draining) response.setHeader("connection", "close");
  const path = request.url.split("?", 1)[0];
  if (path === "/healthz") return sendJson(response, 200, { status: "alive", sessions: sessions.size });
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
    if (!sharedSession) sharedSession = start(response, message.id, true);
    return sharedSession;
  }
  const reason = "a stdio server has one process a session: use a revision with sessions, beginning with initialize";
  const data = { supported: SESSION_REVISIONS, requested: version };
  return refuse(response, 400, -32022, `unsupported protocol version: ${reason}`, {}, message.id, data);
}

function sessionOf(request, response, id) {
  const header = request.headers["mcp-session-id"];
  if (header === undefined) return refuse(response, 400, -32000, "the header Mcp-Session-Id is missing", {}, id);
  // The specification's answer: it makes the client begin a new session.
  return sessions.get(header) ?? refuse(response, 404, -32001, "there is no such session, or it has ended", {}, id);
}

function start(response, id, isShared = false) {
  if (children.size >= settings.maxSessions) {
    const message = `all ${settings.maxSessions} sessions are in use: try later, or raise bridge.maxSessions and the memory limit`;
    return refuse(response, 503, -32000, message, { "retry-after": "5" }, id);
  }
  const session = new Session(isShared);
  if (!isShared) sessions.set(session.id, session);
  return session;
}

/** A message about a call of the shared process, with the ids that its client knows. */
function restored(message, { id, token }) {
  const params = { ...message.params };
  if (token !== undefined && params.progressToken !== undefined) params.progressToken = token;
  if (params._meta?.["io.modelcontextprotocol/subscriptionId"] !== undefined) {
    params._meta = { ...params._meta, "io.modelcontextprotocol/subscriptionId": id };
  }
  return { ...message, params };
}

/** A JSON object, or undefined. */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function serverEnv() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PORT$|MCP_BRIDGE_)/.test(name)));
}

function isAllowed(origin) {
  if (origin === undefined) return true;
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

function sendJson(response, status, body, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

function refuse(response, status, code, message, headers = {}, id = null, data = undefined) {
  if (response.headersSent) response.destroy();
  else sendJson(response, status, { jsonrpc: "2.0", id, error: { code, message, ...(data && { data }) } }, headers);
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** Ends the sessions that nobody has used for the idle time, and keeps quiet streams alive. */
setInterval(
  () => {
    for (const session of children) {
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
      const running = [...children].filter((session) => !session.isEnding).sort((a, b) => b.lastUsed - a.lastUsed);
      for (const [index, session] of running.entries()) session.edited(index === 0);
    }, EDIT_MS);
  });
}

/** Streams end at once, running calls may finish, then the server's processes end. */
async function shutDown() {
  if (draining) return;
  draining = true;
  const deadline = Date.now() + DRAIN_MS;
  for (const session of sessions.values()) session.stream?.response.end();
  while ([...children].some(({ pending }) => pending.size > 0) && Date.now() < deadline) await sleep(50);
  server.close();
  await Promise.all([...children].map((session) => session.end("the server is shutting down")));
  process.exit(0);
}
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, shutDown);

server.listen(Number(PORT), MCP_BRIDGE_HOST, () =>
  process.stderr.write(`MCP bridge on port ${PORT}, at most ${settings.maxSessions} sessions\n`),
);
