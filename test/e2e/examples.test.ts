import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import {
  type Command,
  call,
  connect,
  endLater,
  endRunning,
  exampleCommand,
  type Launched,
  launch,
  startExample as start,
} from "../support/exampleServer";
import { pythonFor } from "../support/serverEnvironment";
import { freePort } from "../support/stack";

const EXAMPLES = resolve(__dirname, "../../examples");
const TOOLS = ["api_key_fingerprint", "containerized_tool", "greet", "health_check"];
const API_KEY = "key-that-must-stay-unseen";
const ARGUMENT = "argument-that-must-stay-unlogged";

async function readiness(url: string) {
  const answer = await fetch(`${url}/readyz`);
  return { status: answer.status, body: (await answer.json()) as unknown };
}

const logLines = (server: Pick<Launched, "stdout">) =>
  server
    .stdout()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** fetch() does not let us set the Host header. */
async function statusFor(url: string, headers: Record<string, string>) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
  const sent = request(`${url}/mcp`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
  }).end(body);
  const [answer] = await once(sent, "response");
  answer.resume();
  return answer.statusCode as number;
}

/** A port whose connections neither succeed nor fail: its queue of connections to accept is full. */
async function silentPort(python: string) {
  const program = `import socket, time
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(0)
waiting = [socket.socket() for _ in range(3)]
for each in waiting:
    each.setblocking(False)
    each.connect_ex(listener.getsockname())
print(listener.getsockname()[1], flush=True)
time.sleep(60)`;
  const child = spawn(python, ["-c", program], { stdio: ["ignore", "pipe", "inherit"] });
  endLater(child);
  const [text] = await once(child.stdout, "data");
  return Number(String(text));
}

/** Opens the stream of a 2025-11-25 session. The promise inside resolves when it ends, rejects when it breaks. */
async function openSessionStream(url: string) {
  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const client = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: client });
  const opened = await fetch(`${url}/mcp`, { method: "POST", headers, body });
  await opened.text();
  const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "", accept: "text/event-stream" };
  const stream = await fetch(`${url}/mcp`, { headers: session });
  assert.equal(stream.status, 200);
  return { ended: stream.text() };
}

/** Opens the stream of a 2026-07-28 subscription. The promise inside resolves with how it was closed. */
async function openSubscription(url: string) {
  const client = await connect(url, "modern");
  const subscription = await client.listen({ toolsListChanged: true });
  return { ended: subscription.closed.then((how) => assert.equal(how, "graceful")) };
}

const servers = [
  {
    name: "python-server" as const,
    // FastMCP 4.1 knows no subscriptions: its only stream without an end is that of a session.
    streamEnv: { FASTMCP_STATELESS_HTTP: "false" } as Record<string, string>,
    // FastMCP answers a call of an unknown tool with a result, too.
    failures: { tool_error: 2 } as Record<string, number>,
    openStream: openSessionStream,
  },
  {
    name: "node-server" as const,
    streamEnv: {} as Record<string, string>,
    failures: { tool_error: 1, "-32602": 1 } as Record<string, number>,
    openStream: openSubscription,
  },
];

for (const { name, streamEnv, failures, openStream } of servers) {
  describe(`examples/${name}`, function () {
    this.timeout(60_000);
    let command: Command;
    afterEach(endRunning);
    before(async function () {
      this.timeout(300_000);
      command = await exampleCommand(name);
    });

    it("serves clients of both protocol generations, with the settings of its environment", async () => {
      const server = await start(command, { GREETING: "Good day", API_KEY });
      for (const [mode, version] of [
        ["legacy", "2025-11-25"],
        ["modern", "2026-07-28"],
      ] as const) {
        const client = await connect(server.url, mode);
        assert.equal(client.getNegotiatedProtocolVersion(), version);
        assert.deepEqual((await client.listTools()).tools.map((tool) => tool.name).sort(), TOOLS);
        assert.equal(await call(client, "containerized_tool", { param: "x" }), "Processed: x");
        assert.equal(await call(client, "greet", { name: "Ada" }), "Good day, Ada!");
        const fingerprint = createHash("sha256").update(API_KEY).digest("hex").slice(0, 12);
        assert.equal(await call(client, "api_key_fingerprint"), fingerprint);
        assert.deepEqual(JSON.parse(await call(client, "health_check")), { status: "healthy", checks: {} });
        await client.close();
      }
      assert.ok(!server.stdout().includes(API_KEY));
    });

    it("has defaults for all settings but the ports", async () => {
      const client = await connect((await start(command)).url, "modern");
      assert.equal(await call(client, "greet", { name: "Ada" }), "Hello, Ada!");
      assert.equal(await call(client, "api_key_fingerprint"), "unset");
      await client.close();
    });

    it("logs JSON lines that name tool and outcome, never an argument, at any level", async () => {
      const server = await start(command, { LOG_LEVEL: "debug" });
      for (const mode of ["legacy", "modern"] as const) {
        const client = await connect(server.url, mode);
        await call(client, "containerized_tool", { param: ARGUMENT });
        await call(client, "greet", { name: { nested: ARGUMENT } });
        await client.callTool({ name: ARGUMENT, arguments: {} }).catch(() => undefined);
        await client.close();
      }
      const lines = logLines(server);
      for (const line of lines) {
        assert.ok(Number.isFinite(Date.parse(String(line.timestamp))));
        for (const field of ["level", "logger", "message"]) assert.equal(typeof line[field], "string");
      }
      const calls = lines.filter((line) => line.message === "tool called");
      assert.deepEqual(
        calls.map(({ tool, outcome }) => `${tool} ${outcome}`),
        Array(2).fill(["containerized_tool ok", "greet error", "unknown error"]).flat(),
      );
      for (const { duration_seconds } of calls) assert.ok(Number(duration_seconds) >= 0);
      assert.ok(!server.stdout().includes(ARGUMENT));
      assert.equal(server.stderr(), "");
    });

    it("counts and times requests under the guidelines' names, with no label of a client's choosing", async () => {
      const server = await start(command);
      const client = await connect(server.url, "modern");
      for (const name of ["x", "y"]) await call(client, "greet", { name });
      await call(client, "greet", { name: 1 });
      await client.callTool({ name: ARGUMENT, arguments: {} }).catch(() => undefined);
      const metrics = await (await fetch(server.metricsUrl)).text();
      await client.close();
      const sample = (metric: string, endpoint: string) => {
        const lines = metrics.split("\n").filter((line) => line.startsWith(`${metric}{`));
        const labelled = ['method="tools/call"', `endpoint="${endpoint}"`];
        const line = lines.find((text) => labelled.every((label) => text.includes(label)));
        return Number(line?.split(" ").at(-1));
      };
      assert.equal(sample("mcp_requests_total", "greet"), 3);
      assert.equal(sample("mcp_request_errors_total", "greet"), 1);
      assert.equal(sample("mcp_requests_total", "unknown"), 1);
      assert.match(metrics, /^# TYPE mcp_request_duration_seconds histogram$/m);
      assert.equal(sample("mcp_request_duration_seconds_count", "greet"), 3);
      const byType = metrics.matchAll(/^mcp_request_errors_by_type_total\{error_type="(.*)"\} (\d+)/gm);
      assert.deepEqual(Object.fromEntries([...byType].map(([, type, count]) => [type, Number(count)])), failures);
      assert.match(metrics, /^mcp_active_connections 0(\.0)?$/m);
      assert.ok(!metrics.includes(ARGUMENT));
      assert.ok(!metrics.includes('method="tools/list"'), "counts requests that no client made");
    });

    it("is alive but not ready while a dependency is down, and ready once it is back", async () => {
      const redisPort = await freePort();
      const server = await start(command, { REDIS_URL: `redis://:${API_KEY}@127.0.0.1:${redisPort}` });
      const down = await readiness(server.url);
      assert.equal(down.status, 503);
      assert.match(JSON.stringify(down.body), /^{"status":"not ready","checks":{"redis":"error: \w+"}}$/);
      assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
      const redis = createServer((socket) => socket.on("error", () => undefined)).listen(redisPort, "127.0.0.1");
      await once(redis, "listening");
      try {
        assert.deepEqual(await readiness(server.url), {
          status: 200,
          body: { status: "ready", checks: { redis: "ok" } },
        });
      } finally {
        redis.close();
      }
    });

    it("refuses requests from foreign web pages, and foreign names for a loopback server", async () => {
      const { url } = await start(command);
      assert.equal(await statusFor(url, { origin: "http://localhost:5173" }), 200);
      assert.equal(await statusFor(url, { origin: "http://evil.example" }), 403);
      assert.match(String(await statusFor(url, { host: "evil.example" })), /^(403|421)$/);
      await endRunning();
      const named = await start(command, { HOST: "0.0.0.0", ALLOWED_HOSTS: "mcp.example.com, mcp" });
      assert.equal(await statusFor(named.url, { host: "mcp:8080", origin: "https://mcp.example.com" }), 200);
      assert.match(String(await statusFor(named.url, { host: "evil.example" })), /^(403|421)$/);
    });

    it("on SIGTERM turns unready, finishes running calls, ends open streams and exits with 0", async function () {
      if (process.platform !== "linux") this.skip(); // silentPort() relies on how Linux treats a full queue
      const port = await silentPort(await pythonFor(join(EXAMPLES, "python-server")));
      const server = await start(command, { REDIS_URL: `redis://127.0.0.1:${port}`, ...streamEnv });
      const clients = [await connect(server.url, "legacy"), await connect(server.url, "modern")];
      const stream = await openStream(server.url);
      // They run into the dependency's time-out of 2 s.
      const slowCalls = Promise.all(clients.map((client) => call(client, "health_check")));
      await sleep(300);
      const metrics = await (await fetch(server.metricsUrl)).text();
      // The stream and the calls; the legacy client may hold a stream of its own.
      assert.match(metrics, /^mcp_active_connections [34](\.0)?$/m);

      const sent = Date.now();
      server.process.kill("SIGTERM");
      await sleep(200);
      assert.deepEqual(await readiness(server.url), { status: 503, body: { status: "shutting down", checks: {} } });
      for (const answer of await slowCalls) assert.match(answer, /"redis":\s*"error: no answer within 2 s"/);
      await stream.ended;
      assert.equal(await server.exited, 0);
      assert.ok(Date.now() - sent < 6000, `took ${Date.now() - sent} ms`);
      assert.ok(!/"level": ?"(ERROR|CRITICAL)"/.test(server.stdout()), server.stdout());
      for (const client of clients) await client.close();
    });

    it("exits with an error that names the cause when it cannot start", async () => {
      const { url, metricsUrl } = await start(command);
      const [port, metricsPort] = [new URL(url).port, new URL(metricsUrl).port];
      const free = String(await freePort());
      for (const [env, cause] of [
        [{ PORT: port, METRICS_PORT: free }, /address already in use/i],
        [{ PORT: free, METRICS_PORT: metricsPort }, /address already in use/i],
        [{ PORT: "http" }, /PORT must be a port between 1 and 65535, got ["']http["']/],
      ] as const) {
        const failed = launch(command, env);
        assert.ok(Number(await failed.exited) > 0);
        const errors = logLines(failed).filter(({ level }) => level === "ERROR" || level === "CRITICAL");
        assert.equal(errors.length, 1);
        assert.match(String(errors[0]?.message), cause);
      }
    });
  });
}

describe("examples/simple-server", function () {
  this.timeout(60_000);

  it("serves its tool over stdio and ends with its client", async function () {
    this.timeout(300_000);
    const cwd = join(EXAMPLES, "simple-server");
    const transport = new StdioClientTransport({
      command: await pythonFor(cwd),
      args: ["server.py"],
      cwd,
      env: { PYTHONDONTWRITEBYTECODE: "1" },
      stderr: "ignore",
    });
    const client = new Client({ name: "examples-test", version: "1.0.0" });
    await client.connect(transport);
    const { pid } = transport;
    assert.ok(pid);
    assert.deepEqual(
      (await client.listTools()).tools.map((tool) => tool.name),
      ["simple_tool"],
    );
    assert.equal(await call(client, "simple_tool", { param: "x" }), "Processed: x");
    await client.close();
    assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  });
});
