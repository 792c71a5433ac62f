import { strict as assert } from "node:assert";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { eventually } from "../support/eventually";
import { HttpSession } from "../support/httpSession";
import { endServers, start } from "../support/observedServer";
import { pythonFor } from "../support/serverEnvironment";
import { pythonLayerEnv } from "../support/telemetry";

const FOLDER = resolve(__dirname, "../fixtures/telemetry/python");
const ARGUMENT = "argument-that-must-stay-unlogged";
const MADE_UP = "name-that-no-tool-has";

async function connect(url: string, mode: "legacy" | "modern") {
  const versionNegotiation = { mode: mode === "legacy" ? mode : { pin: "2026-07-28" } } as const;
  const client = new Client({ name: "telemetry-test", version: "1.0.0" }, { versionNegotiation });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  return client;
}

const call = (client: Client, name: string, args: Record<string, unknown>) =>
  client.callTool({ name, arguments: args }).catch(() => undefined);

const ofRequests = (lines: Record<string, unknown>[]) => lines.filter(({ method }) => method !== undefined);

describe("telemetry layer in a FastMCP server", function () {
  this.timeout(60_000);
  let python: string;
  let layer: Record<string, string>;
  before(async function () {
    this.timeout(300_000);
    python = await pythonFor(FOLDER);
    layer = await pythonLayerEnv();
  });
  afterEach(endServers);

  const startServer = (env: Record<string, string> = {}) =>
    start({ file: python, args: [join(FOLDER, "server.py")], env: { ...layer, ...env } });

  for (const [mode, opening] of [
    ["legacy", "initialize"],
    ["modern", "server/discover"],
  ] as const) {
    it(`counts and times each request of a ${mode} client once, by method and tool`, async () => {
      const server = await startServer();
      const client = await connect(server.url, mode);
      await client.listTools();
      await client.getPrompt({ name: "ask", arguments: { topic: "x" } });
      for (const name of ["x", "y"]) await call(client, "greet", { name });
      await call(client, "greet", { name: { nested: ARGUMENT } });
      await call(client, "fail", { text: ARGUMENT });
      await call(client, MADE_UP, { text: "x" });
      await client.getPrompt({ name: MADE_UP }).catch(() => undefined);
      const metrics = await server.metrics();
      await client.close();
      const counted = {
        [`- ${opening}`]: 1,
        "- tools/list": 1,
        "ask prompts/get": 1,
        "greet tools/call": 3,
        "fail tools/call": 1,
        "unknown tools/call": 1,
        "unknown prompts/get": 1,
      };
      assert.deepEqual(metrics.all("mcp_requests_total"), counted);
      assert.deepEqual(metrics.all("mcp_request_duration_seconds_count"), counted);
      assert.deepEqual(metrics.all("mcp_request_errors_total"), {
        [`- ${opening}`]: 0,
        "- tools/list": 0,
        "ask prompts/get": 0,
        "greet tools/call": 1,
        "fail tools/call": 1,
        "unknown tools/call": 1,
        "unknown prompts/get": 1,
      });
      assert.deepEqual(metrics.all("mcp_request_errors_by_type_total"), { tool_error: 3, "-32602": 1 });
      assert.ok(!metrics.text.includes(MADE_UP));
      const others = [/^# TYPE mcp_request_duration_seconds histogram$/m, /^process_resident_memory_bytes \d/m];
      for (const metric of [...others, /^process_cpu_seconds_total \d/m, /^process_start_time_seconds \d/m]) {
        assert.match(metrics.text, metric);
      }
      assert.ok(!metrics.text.includes("_created"));
    });

    it(`logs a JSON line for each request of a ${mode} client, never an argument, at any level`, async () => {
      const server = await startServer({ LOG_LEVEL: "debug", FASTMCP_LOG_LEVEL: "DEBUG" });
      const client = await connect(server.url, mode);
      await call(client, "greet", { name: ARGUMENT });
      await call(client, "greet", { name: { nested: ARGUMENT } });
      await call(client, "fail", { text: ARGUMENT });
      await call(client, MADE_UP, { text: ARGUMENT });
      await client.close();
      const log = await server.log();
      const lines = ofRequests(log);
      const opened = { level: "DEBUG", message: "request served", method: opening, outcome: "ok" };
      const called = { method: "tools/call", message: "tool called" };
      const failed = { ...called, level: "WARNING", outcome: "error", error_type: "tool_error" };
      const logger = "mcp_telemetry";
      assert.deepEqual(
        lines.map(({ timestamp, request_id, duration_seconds, ...rest }) => rest),
        [
          { ...opened, logger },
          { ...called, level: "INFO", logger, tool: "greet", outcome: "ok" },
          { ...failed, logger, tool: "greet" },
          { ...failed, logger, tool: "fail" },
          { ...failed, logger, tool: "unknown" },
        ],
      );
      for (const { timestamp, request_id, duration_seconds } of lines) {
        assert.ok(Date.parse(String(timestamp)) > Date.now() - 60_000);
        assert.ok(["number", "string"].includes(typeof request_id));
        assert.ok(typeof duration_seconds === "number" && duration_seconds > 0);
      }
      for (const line of log) {
        for (const field of ["timestamp", "level", "logger", "message"]) assert.equal(typeof line[field], "string");
      }
      assert.ok(!server.stdout().includes(ARGUMENT), server.stdout());
      const loggers = new Set(log.map((line) => line.logger));
      for (const name of ["uvicorn.error", "fastmcp.server.mixins.transport"]) assert.ok(loggers.has(name), name);
      assert.equal(server.stderr(), "");
    });
  }

  it("logs arguments where it is told to", async () => {
    const server = await startServer({ MCP_LOG_ARGUMENTS: "true" });
    const session = new HttpSession(`${server.url}/mcp`);
    await session.open();
    await session.call("greet", { name: ARGUMENT });
    const [line] = ofRequests(await server.log()).filter(({ tool }) => tool === "greet");
    assert.deepEqual(line?.arguments, { name: ARGUMENT });
  });

  it("keeps health checks and the requests it logs itself out of the access log", async () => {
    const server = await startServer();
    for (const path of ["/healthz", "/readyz", "/nowhere?key=secret"]) await fetch(`${server.url}${path}`);
    const session = new HttpSession(`${server.url}/mcp`);
    await session.open();
    await session.post({ id: 1, method: "ping" });
    await fetch(`${server.url}/mcp`, { method: "POST", body: "{}" });
    const lines = (await server.log()).filter(({ logger }) => logger === "uvicorn.access");
    assert.deepEqual(
      lines.map(({ message }) => String(message).replace(/^\S+ - /, "")),
      ['"GET /nowhere HTTP/1.1" 404', '"POST /mcp HTTP/1.1" 400'],
    );
  });

  it("answers health checks, and nothing else that the server does not know", async () => {
    const server = await startServer();
    for (const [path, body] of [
      ["/healthz", '{"status":"alive"}'],
      ["/readyz", '{"status":"ready"}'],
    ]) {
      const answer = await fetch(`${server.url}${path}`);
      assert.deepEqual([answer.status, await answer.text()], [200, body]);
      assert.equal(answer.headers.get("content-type"), "application/json");
      assert.equal((await fetch(`${server.url}${path}`, { method: "HEAD" })).status, 200);
      assert.equal((await fetch(`${server.url}${path}`, { method: "POST" })).status, 404);
    }
    assert.equal((await fetch(`${server.url}/metrics`)).status, 404);
  });

  it("counts the HTTP requests that are open at the endpoint, streams included", async () => {
    const server = await startServer();
    const session = new HttpSession(`${server.url}/mcp`);
    await session.open();
    const counts = (open: number) =>
      eventually(async () => assert.equal((await server.metrics()).one("mcp_active_connections"), open));
    await counts(0);
    const stream = new AbortController();
    const listening = session.request("GET", undefined, stream.signal).catch(() => undefined);
    const waiting = session.call("wait", { seconds: 3 });
    await counts(2);
    stream.abort();
    await Promise.all([listening, waiting]);
    await counts(0);
  });

  it("counts a call whose client has gone as cancelled", async () => {
    const server = await startServer({ FASTMCP_STATELESS_HTTP: "true" });
    const gone = new AbortController();
    const body = JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "wait", arguments: { seconds: 30 } },
    });
    const calling = new HttpSession(`${server.url}/mcp`).request("POST", body, gone.signal).catch(() => undefined);
    await sleep(2000);
    gone.abort();
    await calling;
    await eventually(async () => {
      const metrics = await server.metrics();
      assert.deepEqual(metrics.all("mcp_request_errors_by_type_total"), { cancelled: 1 });
      assert.deepEqual(metrics.all("mcp_request_errors_total"), { "wait tools/call": 1 });
    });
  });
});
