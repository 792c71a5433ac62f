import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@modelcontextprotocol/client";
import { z } from "zod";
import { removeFolders } from "../support/folder";
import { HttpSession } from "../support/httpSession";
import { endServers, LayeredServer } from "../support/layeredServer";
import { nodeFolderFor } from "../support/serverEnvironment";
import { freePort, REPOSITORY } from "../support/stack";

const ARGUMENT = "argument-that-must-stay-unlogged";
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** What each request of this revision says of its client. */
const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

const text = async (client: Client, name: string, args: Record<string, unknown> = {}): Promise<string> => {
  const { content } = await client.callTool({ name, arguments: args });
  return (content as { text: string }[])[0]?.text ?? "";
};
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
  let folder: string;
  before(async function () {
    this.timeout(300_000);
    folder = await nodeFolderFor(path.join(REPOSITORY, "test/fixtures/telemetry/node"));
  });
  afterEach(endServers);
  after(removeFolders);

  for (const { title, file, revision, first, errorTypes } of SERVERS) {
    describe(`on a plain server (${title})`, () => {
      it("counts each request once, by method and tool, with its errors by type", async () => {
        const server = await LayeredServer.start(folder, file);
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
        const server = await LayeredServer.start(folder, file, { LOG_LEVEL: "debug" });
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

      it("answers health checks, and ends gracefully: running calls finish, streams end, exit code 0", async () => {
        const server = await LayeredServer.start(folder, file);
        const client = await server.connect(revision);
        const alive = await fetch(`${server.url}/healthz`);
        assert.deepEqual([alive.status, await alive.json()], [200, { status: "alive" }]);
        const ready = await fetch(`${server.url}/readyz`);
        assert.deepEqual([ready.status, await ready.json()], [200, { status: "ready" }]);

        const stream = await openStream(server, revision, file);
        const call = text(client, "wait", { ms: 2_500 });
        await sleep(300);
        // The client keeps a stream of its own in a session.
        const open = Object.values(await server.samples("mcp_active_connections"))[0];
        assert.equal(open, 1 + (stream ? 1 : 0) + (file === "sdk1-express.mjs" ? 1 : 0));
        const sent = Date.now();
        server.kill("SIGTERM");
        await sleep(200);
        const unready = await fetch(`${server.url}/readyz`);
        assert.deepEqual([unready.status, await unready.json()], [503, { status: "shutting down" }]);
        assert.equal(unready.headers.get("connection"), "close");
        assert.equal(await call, "waited");
        await stream?.ended;
        assert.equal(await server.exited(), 0);
        assert.ok(Date.now() - sent < 5_000, `took ${Date.now() - sent} ms`);
        assert.deepEqual(
          (await server.log())
            .slice(-3)
            .map(({ level, message, signal, unfinished_calls }) => [level, message, signal, unfinished_calls]),
          [
            ["INFO", "shutting down", "SIGTERM", undefined],
            ["INFO", "tool called", undefined, undefined],
            ["INFO", "closing connections", undefined, 0],
          ],
        );
        await client.close();
      });
    });
  }

  describe("on a server of the SDK 2.x", () => {
    it("counts prompts by name", async () => {
      const server = await LayeredServer.start(folder, "sdk2.mjs");
      const client = await server.connect("2026-07-28");
      await client.getPrompt({ name: "ask", arguments: { name: "x" } });
      await client.getPrompt({ name: ARGUMENT }).catch(() => undefined);
      await client.close();
      const { "server/discover -": _, ...requests } = await server.samples("mcp_requests_total");
      assert.deepEqual(requests, { "prompts/get ask": 1, "prompts/get unknown": 1 });
      assert.deepEqual(await server.samples("mcp_request_errors_by_type_total"), { "-32602": 1 });
    });

    it("makes no more than 200 series of tools, however many there are", async () => {
      const server = await LayeredServer.start(folder, "sdk2.mjs", { MANY: "205", LOG_LEVEL: "ERROR" });
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
      const server = await LayeredServer.start(folder, "sdk2.mjs", { MCP_LOG_ARGUMENTS: "true" });
      const session = new HttpSession(`${server.url}/mcp`);
      const params = { name: "greet", arguments: { name: ARGUMENT } };
      assert.equal((await session.post({ id: "x".repeat(100), method: "tools/call", params })).status, 200);
      session.abandon();
      const [line] = await server.log();
      assert.equal(line?.request_id, "x".repeat(64));
      assert.deepEqual(line?.arguments, { name: ARGUMENT });
    });

    it("loses no line when an error ends the process", async () => {
      const server = await LayeredServer.start(folder, "sdk2.mjs");
      const client = await server.connect("2025-11-25");
      for (let i = 0; i < 3; i++) await text(client, "greet", { name: "Ada" });
      await text(client, "explode").catch(() => undefined);
      assert.equal(await server.exited(), 1);
      assert.match(server.stderr, /nobody catches this/);
      assert.deepEqual(
        (await server.log()).map(({ tool }) => tool),
        ["greet", "greet", "greet", "explode"],
      );
      await client.close().catch(() => undefined);
    });

    it("does nothing in child processes and worker threads, which inherit its variables", async () => {
      const server = await LayeredServer.start(folder, "sdk2.mjs");
      const client = await server.connect("2026-07-28");
      assert.equal(await text(client, "child"), "0 true");
      assert.equal(await text(client, "worker"), "undefined");
      await client.close();
      assert.equal(server.stderr, "");
    });

    it("keeps the server running when the port of the metrics is taken, and says so once", async () => {
      const taken = createServer().listen(0, "127.0.0.1");
      await once(taken, "listening");
      const { port } = taken.address() as { port: number };
      try {
        const server = await LayeredServer.start(folder, "sdk2.mjs", { METRICS_PORT: String(port) });
        const client = await server.connect("2026-07-28");
        assert.equal(await text(client, "greet", { name: "Ada" }), "Hello, Ada!");
        await client.close();
        assert.deepEqual(
          (await server.log())
            .filter(({ level }) => level === "WARNING")
            .map(({ message, reason }) => [message, reason]),
          [
            [
              `no metrics: 127.0.0.1:${port} can't be listened on`,
              `listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
            ],
          ],
        );
      } finally {
        taken.close();
      }
    });

    it("records the OpenTelemetry convention's histogram where the process has an SDK", async () => {
      const server = await LayeredServer.start(folder, "opentelemetry.mjs");
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

    it("finds its library beside itself, as in an image", async () => {
      const layer = await nodeFolderFor(path.join(REPOSITORY, "runtime/telemetry/node"));
      const server = await LayeredServer.start(folder, "sdk2.mjs", {}, { layer });
      const client = await server.connect("2025-11-25");
      await client.close();
      assert.equal((await server.samples("mcp_requests_total"))["initialize -"], 1);
    });
  });

  for (const [how, file, revision] of [
    ["closes its connection", "sdk2.mjs", "2026-07-28"],
    ["sends a notification", "sdk1-express.mjs", "2025-11-25"],
  ] as const) {
    it(`counts a call as cancelled when its client ${how}`, async () => {
      const server = await LayeredServer.start(folder, file);
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
      const server = await LayeredServer.start(folder, file);
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
      const server = await LayeredServer.start(folder, file, {}, { options });
      const client = await server.connect("2025-11-25");
      for (let i = 0; i < 2; i++) assert.equal(await text(client, "greet", { name: "Ada" }), "Hello, Ada!");
      await client.close();
      assert.deepEqual(await server.samples("mcp_requests_total"), { "initialize -": 1, "tools/call greet": 2 });
      assert.equal(server.stderr, "");
    });
  }

  for (const framework of ["raw", "express", "hono", "fastify"]) {
    it(`answers health checks where ${framework} says 404, and changes no other answer`, async () => {
      const bare = await answers(
        await LayeredServer.start(folder, "frameworks.mjs", { FRAMEWORK: framework, NODE_OPTIONS: "" }),
      );
      const layered = await LayeredServer.start(folder, "frameworks.mjs", { FRAMEWORK: framework });
      assert.deepEqual(await answers(layered), bare);
      for (const [probe, status] of [
        ["healthz", "alive"],
        ["readyz", "ready"],
      ]) {
        const answer = await fetch(`${layered.url}/${probe}`);
        assert.deepEqual([answer.status, await answer.json()], [200, { status }]);
        assert.equal(answer.headers.get("content-type"), "application/json");
        const head = await fetch(`${layered.url}/${probe}?x=1`, { method: "HEAD" });
        assert.deepEqual([head.status, await head.text()], [200, ""]);
        assert.equal((await fetch(`${layered.url}/${probe}`, { method: "POST" })).status, 404);
      }
    });
  }

  it("keeps the server's own health checks, and leaves its handlers of signals alone", async () => {
    const server = await LayeredServer.start(folder, "careful.mjs");
    for (const [probe, status] of [
      ["healthz", 200],
      ["readyz", 503],
    ] as const) {
      const answer = await fetch(`${server.url}/${probe}`);
      assert.deepEqual([answer.status, await answer.text()], [status, "of the server's own"]);
    }
    server.kill("SIGTERM");
    assert.equal(await server.exited(), 3);
    assert.match(server.stdout, /^the server's own end$/m);
    assert.deepEqual(await server.log(), []);
  });

  it("ends at once on a second signal, and without one after the grace period", async () => {
    const [hurried, patient] = await Promise.all([
      LayeredServer.start(folder, "sdk2.mjs"),
      LayeredServer.start(folder, "sdk2.mjs", { SHUTDOWN_GRACE_SECONDS: "2" }),
    ]);
    for (const server of [hurried, patient]) {
      const client = await server.connect("2026-07-28");
      text(client, "wait", { ms: 20_000 }).catch(() => undefined);
    }
    await sleep(300);
    const sent = Date.now();
    for (const server of [hurried, patient]) server.kill("SIGINT");
    await sleep(100);
    hurried.kill("SIGINT");
    assert.equal(await hurried.exited(), 0);
    assert.ok(Date.now() - sent < 800, `took ${Date.now() - sent} ms`);
    assert.equal(await patient.exited(), 0);
    const took = Date.now() - sent;
    assert.ok(took >= 2_000 && took < 4_500, `took ${took} ms`);
    assert.deepEqual(
      [(await patient.log()).at(-1)?.message, (await patient.log()).at(-1)?.unfinished_calls],
      ["closing connections", 1],
    );
  });

  it("says once that it can't count, on a server without the official SDK", async () => {
    const server = await LayeredServer.start(folder, "frameworks.mjs", { FRAMEWORK: "raw" });
    for (let i = 0; i < 2; i++) assert.equal((await fetch(`${server.url}/mcp`, { method: "POST" })).status, 404);
    assert.deepEqual(await server.samples("mcp_requests_total"), {});
    assert.deepEqual(await server.samples("mcp_active_connections"), { "": 0 });
    assert.deepEqual(
      (await server.log()).map(({ level, message }) => [level, message]),
      [["WARNING", "MCP requests are not counted"]],
    );
  });

  it("does nothing in a process whose server listens elsewhere", async () => {
    const elsewhere = String(await freePort());
    const server = await LayeredServer.start(folder, "sdk2.mjs", { LISTEN: elsewhere });
    const client = await server.connect("2026-07-28");
    assert.equal(await text(client, "greet", { name: "Ada" }), "Hello, Ada!");
    await client.close();
    assert.equal((await fetch(`${server.url}/healthz`)).status, 404);
    await assert.rejects(fetch(server.metricsUrl));
    server.kill("SIGTERM");
    assert.equal(await server.exited(), "SIGTERM");
    assert.deepEqual(await server.log(), []);
  });
});

/** A stream that the server never ends by itself, where it has such. The promise inside resolves when it ends in good order. */
async function openStream({ url }: LayeredServer, revision: string, file: string) {
  if (revision === "2026-07-28") {
    const method = "subscriptions/listen";
    const session = new HttpSession(`${url}/mcp`, { "mcp-protocol-version": revision, "mcp-method": method });
    const params = { notifications: { toolsListChanged: true }, _meta: META };
    return { ended: session.post({ id: 1, method, params }).then(({ status }) => assert.equal(status, 200)) };
  }
  if (file !== "sdk1-express.mjs") return undefined;
  const session = new HttpSession(`${url}/mcp`);
  await session.open();
  return { ended: session.listen().then(({ status }) => assert.equal(status, 200)) };
}

/** What a server answers to paths that are no health checks, without what differs from one answer to the next. */
async function answers({ url }: LayeredServer) {
  return Promise.all(
    ["/own", "/nowhere", "/healthz/more"].map(async (path) => {
      const answer = await fetch(url + path);
      const { date, ...headers } = Object.fromEntries(answer.headers);
      return [path, answer.status, headers, await answer.text()];
    }),
  );
}
