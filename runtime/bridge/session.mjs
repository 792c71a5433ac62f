import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as sleep } from "node:timers/promises";
import { command, commandArgs, MAX_MESSAGE, parse, settings } from "./settings.mjs";
import { begun, ended } from "./telemetry.mjs";

const RENEWAL = "mcp-bridge-renewal"; // Id of the `initialize` that the bridge itself repeats.
const MAX_BACKLOG = 100; // Messages kept for a client that has no stream open.
const END_MS = 1_000; // For a process to end by itself, and once more after SIGTERM.

/** What runs. Children are also those that are ending: they count towards the cap. */
export const running = { sessions: new Map(), children: new Set(), shared: undefined };

/** One process of the server, and who waits for its messages. */
export class Session {
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
    running.children.add(this);
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
        running.children.delete(this);
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
    if (message.method === "notifications/cancelled" && !this.isShared) this.cancelled(message.params?.requestId);
    if (this.queue) this.queue.push(message);
    else this.write(message);
  }

  /** The server will not answer any more. */
  cancelled(id) {
    const exchange = this.pending.get(id);
    if (exchange) ended(exchange);
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
    begun(exchange, message);
    this.pending.set(key, exchange);
    exchange.response.once("close", () => this.abandon(exchange));
    if (!this.isShared) return this.send(message);
    const meta = token === undefined ? {} : { params: { ...params, _meta: { ...params._meta, progressToken: key } } };
    this.send({ ...message, ...meta, id: key });
  }

  /** A client that closes its connection wants no answer; where there are no sessions, that is how it cancels. */
  abandon(exchange) {
    const { key, isDone } = exchange;
    this.lastUsed = Date.now();
    if (!this.pending.delete(key) || isDone || this.isEnding) return;
    ended(exchange);
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
      if (!exchange) return;
      ended(exchange, message);
      exchange.finish({ ...message, id: exchange.id });
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
      const answer = { jsonrpc: "2.0", id: exchange.id, error: { code: -32603, message } };
      ended(exchange, answer);
      exchange.finish(answer, 500);
    }
    this.pending.clear();
    this.queue = undefined;
  }

  /** Ends the process and all that it started: by the end of its stdin, then SIGTERM, then SIGKILL. */
  async end(why) {
    if (this.isEnding) return this.gone;
    this.isEnding = true;
    running.sessions.delete(this.id);
    if (running.shared === this) running.shared = undefined;
    this.fail(why);
    this.stream?.response.end();
    this.child.stdin.end();
    if (this.isBroken) running.children.delete(this);
    for (const signal of ["SIGTERM", "SIGKILL"]) {
      await Promise.race([this.exited, sleep(END_MS, undefined, { ref: false })]);
      if (!running.children.has(this)) break;
      if (this.child.pid) signalGroup(this.child.pid, signal);
    }
    return this.gone;
  }
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

function serverEnv() {
  const own = /^(PORT$|METRICS_(HOST|PORT|CGROUP)$|MCP_BRIDGE_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
