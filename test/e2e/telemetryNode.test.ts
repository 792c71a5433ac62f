import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@modelcontextprotocol/client";
import { z } from "zod";
import { HttpSession } from "../support/httpSession";
import { fixtureServers, text } from "../support/layeredServer";

const ARGUMENT = "argument-that-must-stay-unlogged";
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

const refused = (client: Client, name: string): Promise<unknown> =>
  client.callTool({ name, arguments: { name: ARGUMENT } }).catch((error) => error);

/** Plain servers, and how each of them says that something went wrong. */
const SERVERS = [
  {
    title: "SDK 2.x, node:http, revision 2026-07-28",
    file: "sdk2.mjs",
    revision: "2026-07-28",
    first: { "server/discover -": 1 },
    errorTypes: { "-32602": 1, tool_error: 2 },
  },
  {
    title: "SDK 2.x, node:http, revision 2025-11-25",
    file: "sdk2.mjs",
    revision: "2025-11-25",
    first: { "initialize -": 1 },
    errorTypes: { "-32602": 1, tool_error: 2 },
  },
  {
    title: "SDK 1.x as ES modules, Express, sessions",
    file: "sdk1-express.mjs",
    revision: "2025-11-25",
    first: { "initialize -": 1 },
    errorTypes: { tool_error: 3 },
  },
  {
    title: "SDK 1.x by require, the low-level Server, no sessions",
    file: "sdk1-commonjs.cjs",
    revision: "2025-11-25",
    first: { "initialize -": 1 },
    errorTypes: { "-32603": 2, tool_error: 1 },
  },
];

describe("the telemetry layer for Node", function () {
  this.timeout(60_000);
  const start = fixtureServers();

  for (const { title, file, revision, first, errorTypes } of SERVERS) {
    describe(`on a plain server (${title})`, () => {
      it("counts each request once, by method and tool, with its errors by type", async () => {
        const server = await start(file);
        const client = await server.connect(revision);
        await client.listTools();
        assert.equal(await text(client, "greet", { name: "Ada" }), "Hello, Ada!");
        assert.equal(await text(client, "greet", { name: "Eve" }), "Hello, Eve!");
        await refused(client, "fail");
        await client.callTool({ name: "greet", arguments: { name: 1 } }).catch(() => undefined);
        await refused(client, ARGUMENT);
        await client.request({ method: "acme/nonsense" }, z.any()).catch(() => undefined);
        await client.close();

        const requests = {
          ...first,
          "tools/call fail": 1,
          "tools/call greet": 3,
          "tools/call unknown": 1,
          "tools/list -": 1,
          "unknown -": 1,
        };
        assert.deepEqual(await server.samples("mcp_requests_total"), requests);
        const errors = { "tools/call fail": 1, "tools/call greet": 1, "tools/call unknown": 1, "unknown -": 1 };
        const none = Object.fromEntries(Object.keys(requests).map((labels) => [labels, 0]));
        assert.deepEqual(await server.samples("mcp_request_errors_total"), { ...none, ...errors });
        assert.deepEqual(await server.samples("mcp_request_errors_by_type_total"), { ...errorTypes, "-32601": 1 });
        assert.deepEqual(await server.samples("mcp_request_duration_seconds_count"), requests);
        const buckets = Object.keys(await server.samples("mcp_request_duration_seconds_bucket"));
        assert.deepEqual(
          buckets.filter((labels) => labels.endsWith("greet")).map((labels) => labels.split(" ")[0]),
          [...BUCKETS.map(String), "+Inf"],
        );
        for (const metric of [
          "process_resident_memory_bytes",
          "process_cpu_seconds_total",
          "process_start_time_seconds",
        ]) {
          assert.ok(Number((await server.samples(metric))[""]) > 0, metric);
        }
        assert.deepEqual(await server.samples("mcp_active_connections"), { "": 0 });
      });

      it("logs each request as a line of JSON, without a value of an argument, and leaves the server's lines alone", async () => {
        const server = await start(file, { LOG_LEVEL: "debug" });
        const client = await server.connect(revision);
        await client.listTools();
        await text(client, "greet", { name: ARGUMENT });
        await refused(client, "fail");
        await refused(client, ARGUMENT);
        await client.close();

        const lines = await server.log();
        for (const line of lines) {
          assert.ok(Number.isFinite(Date.parse(String(line.timestamp))));
          assert.notEqual(line.request_id, undefined);
          assert.ok(Number(line.duration_seconds) >= 0);
        }
        assert.deepEqual(
          lines.map(({ level, message, method, tool, outcome, error_type }) => [
            level,
            message,
            method,
            tool,
            outcome,
            error_type,
          ]),
          [
            ["DEBUG", "request served", Object.keys(first)[0]?.split(" ")[0], undefined, "ok", undefined],
            ["DEBUG", "request served", "tools/list", undefined, "ok", undefined],
            ["INFO", "tool called", "tools/call", "greet", "ok", undefined],
            ["WARNING", "tool called", "tools/call", "fail", "error", "tool_error"],
            ["WARNING", "tool called", "tools/call", "unknown", "error", Object.keys(errorTypes)[0]],
          ],
        );
        assert.ok(!server.stdout.includes(ARGUMENT), server.stdout);
        assert.match(server.stdout, /^a line of the server's own$/m);
        assert.equal(server.stderr, "");
      });
    });
  }

  describe("on a server of the SDK 2.x", () => {
    it("counts prompts by name", async () => {
      const server = await start("sdk2.mjs");
      const client = await server.connect("2026-07-28");
      await client.getPrompt({ name: "ask", arguments: { name: "x" } });
      await client.getPrompt({ name: ARGUMENT }).catch(() => undefined);
      await client.close();
      const { "server/discover -": _, ...requests } = await server.samples("mcp_requests_total");
      assert.deepEqual(requests, { "prompts/get ask": 1, "prompts/get unknown": 1 });
      assert.deepEqual(await server.samples("mcp_request_errors_by_type_total"), { "-32602": 1 });
    });

    it("makes no more than 200 series of tools, however many there are", async () => {
      const server = await start("sdk2.mjs", { MANY: "205", LOG_LEVEL: "ERROR" });
      const client = await server.connect("2026-07-28");
      for (let i = 0; i < 205; i++) await text(client, `tool${i}`);
      const { "server/discover -": _, ...requests } = await server.samples("mcp_requests_total");
      assert.equal(Object.keys(requests).length, 201);
      assert.equal(requests["tools/call tool199"], 1);
      assert.equal(requests["tools/call other"], 5);
      assert.deepEqual(await server.log(), []);
      await client.close();
    });

    it("logs arguments when it is asked to, and no more of an id than is needed to find it", async () => {
      const server = await start("sdk2.mjs", { MCP_LOG_ARGUMENTS: "true" });
      const session = new HttpSession(`${server.url}/mcp`);
      const params = { name: "greet", arguments: { name: ARGUMENT } };
      assert.equal((await session.post({ id: "x".repeat(100), method: "tools/call", params })).status, 200);
      session.abandon();
      const [line] = await server.log();
      assert.equal(line?.request_id, "x".repeat(64));
      assert.deepEqual(line?.arguments, { name: ARGUMENT });
    });

    it("records the OpenTelemetry convention's histogram where the process has an SDK", async () => {
      const server = await start("opentelemetry.mjs");
      const client = await server.connect("2026-07-28");
      await text(client, "greet", { name: "Ada" });
      await refused(client, "fail");
      await client.close();
      await sleep(500);
      server.kill("SIGTERM");
      assert.equal(await server.exited(), 0);
      const line = server.stdout.split("\n").find((text) => text.startsWith('{"otel"')) ?? "";
      const [metric] = JSON.parse(line).otel;
      assert.deepEqual([metric.descriptor.name, metric.descriptor.unit], ["mcp.server.operation.duration", "s"]);
      const points = metric.dataPoints as {
        attributes: object;
        value: { count: number; buckets: { boundaries: number[] } };
      }[];
      assert.deepEqual(
        points.map(({ attributes, value }) => [attributes, value.count]),
        [
          [{ "mcp.method.name": "server/discover" }, 1],
          [{ "mcp.method.name": "tools/call", "gen_ai.tool.name": "greet" }, 1],
          [{ "mcp.method.name": "tools/call", "gen_ai.tool.name": "fail", "error.type": "tool_error" }, 1],
        ],
      );
      const boundaries = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
      assert.deepEqual(points[0]?.value.buckets.boundaries, boundaries);
    });
  });

  for (const [how, file, revision] of [
    ["closes its connection", "sdk2.mjs", "2026-07-28"],
    ["sends a notification", "sdk1-express.mjs", "2025-11-25"],
  ] as const) {
    it(`counts a call as cancelled when its client ${how}`, async () => {
      const server = await start(file);
      const client = await server.connect(revision);
      const abort = new AbortController();
      const call = client.callTool({ name: "wait", arguments: { ms: 1_000 } }, { signal: abort.signal });
      await sleep(300);
      abort.abort();
      await assert.rejects(call);
      await sleep(1_000); // The tool has ended, too: it must not be counted once more.
      assert.equal((await server.samples("mcp_requests_total"))["tools/call wait"], 1);
      assert.equal((await server.samples("mcp_request_errors_total"))["tools/call wait"], 1);
      assert.deepEqual(await server.samples("mcp_request_errors_by_type_total"), { cancelled: 1 });
      const [line] = (await server.log()).filter(({ tool }) => tool === "wait");
      assert.deepEqual([line?.level, line?.outcome, line?.error_type], ["WARNING", "error", "cancelled"]);
      await client.close();
    });
  }

  // A server on the low-level Server tells its names by its answers only.
  for (const [file, endpoint] of [
    ["sdk2.mjs", "fail"],
    ["sdk1-express.mjs", "fail"],
    ["sdk1-commonjs.cjs", "unknown"],
  ] as const) {
    it(`counts a tool that fails before anything else is known of it as ${endpoint}: ${file}`, async () => {
      const server = await start(file);
      const client = await server.connect("2025-11-25");
      await refused(client, "fail");
      await client.close();
      const calls = { [`tools/call ${endpoint}`]: 1 };
      assert.deepEqual(await server.samples("mcp_requests_total"), { "initialize -": 1, ...calls });
    });
  }

  // Without module.registerHooks, as in Node before 22.15.
  const older = "--import=data:text/javascript,import%20module%20from%20'node:module';module.registerHooks=undefined";
  for (const [title, file, options] of [
    ["SDK 2.x by require", "sdk2-commonjs.cjs"],
    ["SDK 1.x required by what an ES module imports", "mixed.mjs"],
    ["SDK 1.x that is loaded late, and serves another server within", "composed.mjs"],
    ["an older Node, SDK 2.x by import", "sdk2.mjs", older],
    ["an older Node, SDK 2.x by require", "sdk2-commonjs.cjs", older],
    ["an older Node, SDK 1.x by import", "sdk1-express.mjs", older],
    ["an older Node, SDK 1.x required by what an ES module imports", "mixed.mjs", older],
  ] as const) {
    it(`counts each request once, too: ${title}`, async () => {
      const server = await start(file, {}, { options });
      const client = await server.connect("2025-11-25");
      for (let i = 0; i < 2; i++) assert.equal(await text(client, "greet", { name: "Ada" }), "Hello, Ada!");
      await client.close();
      assert.deepEqual(await server.samples("mcp_requests_total"), { "initialize -": 1, "tools/call greet": 2 });
      assert.equal(server.stderr, "");
    });
  }
});
