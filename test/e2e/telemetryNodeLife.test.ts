import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpSession } from "../support/httpSession";
import { fixtureServers, type LayeredServer, text } from "../support/layeredServer";
import { nodeFolderFor } from "../support/serverEnvironment";
import { freePort, REPOSITORY } from "../support/stack";

/** What each request of this revision says of its client. */
const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

describe("the life of a Node server with the telemetry layer", function () {
  this.timeout(60_000);
  const start = fixtureServers();

  for (const [file, revision] of [
    ["sdk2.mjs", "2026-07-28"],
    ["sdk2.mjs", "2025-11-25"],
    ["sdk1-express.mjs", "2025-11-25"],
    ["sdk1-commonjs.cjs", "2025-11-25"],
  ] as const) {
    it(`answers health checks, and ends gracefully: running calls finish, streams end, exit code 0 (${file}, ${revision})`, async () => {
      const server = await start(file);
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
  }

  for (const framework of ["raw", "express", "hono", "fastify"]) {
    it(`answers health checks where ${framework} says 404, and changes no other answer`, async () => {
      const bare = await answers(await start("frameworks.mjs", { FRAMEWORK: framework, NODE_OPTIONS: "" }));
      const layered = await start("frameworks.mjs", { FRAMEWORK: framework });
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
    const server = await start("careful.mjs");
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
      start("sdk2.mjs"),
      start("sdk2.mjs", { SHUTDOWN_GRACE_SECONDS: "2" }),
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

  it("loses no line when an error ends the process", async () => {
    const server = await start("sdk2.mjs");
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
    const server = await start("sdk2.mjs");
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
      const server = await start("sdk2.mjs", { METRICS_PORT: String(port) });
      const client = await server.connect("2026-07-28");
      assert.equal(await text(client, "greet", { name: "Ada" }), "Hello, Ada!");
      await client.close();
      assert.deepEqual(
        (await server.log()).filter(({ level }) => level === "WARNING").map(({ message, reason }) => [message, reason]),
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

  it("says once that it can't count, on a server without the official SDK", async () => {
    const server = await start("frameworks.mjs", { FRAMEWORK: "raw" });
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
    const server = await start("sdk2.mjs", { LISTEN: elsewhere });
    const client = await server.connect("2026-07-28");
    assert.equal(await text(client, "greet", { name: "Ada" }), "Hello, Ada!");
    await client.close();
    assert.equal((await fetch(`${server.url}/healthz`)).status, 404);
    await assert.rejects(fetch(server.metricsUrl));
    server.kill("SIGTERM");
    assert.equal(await server.exited(), "SIGTERM");
    assert.deepEqual(await server.log(), []);
  });

  it("finds its library beside itself, as in an image", async () => {
    const layer = await nodeFolderFor(path.join(REPOSITORY, "runtime/telemetry/node"));
    const server = await start("sdk2.mjs", {}, { layer });
    const client = await server.connect("2025-11-25");
    await client.close();
    assert.equal((await server.samples("mcp_requests_total"))["initialize -"], 1);
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
