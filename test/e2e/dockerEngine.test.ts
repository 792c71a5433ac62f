import assert from "node:assert/strict";
import { createServer } from "node:net";
import path from "node:path";
import { describeWithDocker } from "../support/docker";
import { eventually } from "../support/eventually";
import { makeFolder, removeFolders } from "../support/folder";
import { callTool, type ServerOutput } from "../support/mcpClient";
import { OwnEngine, ownEngineMissing } from "../support/ownEngine";
import { quickServer } from "../support/quickServer";
import { freePort, TestStack } from "../support/stack";

const CONFIG = { "mcp:target": "docker", "mcp:services": [{ name: "redis", kind: "redis" }] };

describeWithDocker(
  "Docker stack whose engine restarts",
  function () {
    this.timeout(300_000);
    let engine: OwnEngine;
    let stack: TestStack;
    let server: ServerOutput;

    const containers = () =>
      Promise.all(["quick", "redis"].map((name) => engine.docker.getContainer(`mcp-${stack.name}-${name}`).inspect()));

    before(async function () {
      const missing = ownEngineMissing();
      if (missing) {
        if (process.env.CI) throw new Error(`${missing}; in CI it has to be possible`);
        console.log(`      skipped: ${missing}`);
        this.skip();
      }
      engine = new OwnEngine();
      await engine.create(["node:22-slim", "redis:7-alpine"]);
      const servers = [
        { name: "quick", source: quickServer(), transport: "http", port: await freePort(), services: ["redis"] },
      ];
      stack = new TestStack(servers, CONFIG);
      stack.env = { DOCKER_HOST: engine.host };
      await stack.up();
      await engine.connectContainers(`mcp-${stack.name}`);
      server = await stack.server("quick");
    });
    after(async () => {
      try {
        await stack?.destroy();
      } finally {
        await engine?.remove();
        removeFolders();
      }
    });

    it("counts in its Redis before", async () => {
      assert.equal(await callTool(server, "count"), "1");
    });

    it("has server, Redis and its data back by itself, on the same port", async () => {
      await engine.stop();
      await assert.rejects(callTool(server, "greet"), "the server answers without its engine");
      await engine.start();
      await eventually(async () => assert.equal(await callTool(server, "greet"), "hello"));
      await eventually(async () => assert.equal(await callTool(server, "count"), "2"));
      for (const { Name, State, HostConfig } of await containers()) {
        assert.equal(State.Running, true, Name);
        assert.equal(HostConfig.PidsLimit, 256, Name);
      }
    });

    it("changes nothing on the next up, refreshed or not", async () => {
      const before = await containers();
      for (const operation of [stack.up, stack.refresh, stack.up]) {
        assert.deepEqual(Object.keys((await operation()).changes), ["same"]);
      }
      const processes = (found: typeof before) => found.map(({ Id, State }) => [Id, State.Pid]);
      assert.deepEqual(processes(await containers()), processes(before));
    });
  },
  ["node:22-slim", "redis:7-alpine"],
);

describe("Docker stack without an engine", function () {
  this.timeout(60_000);
  let stack: TestStack;
  let socket: string;

  before(async () => {
    const server = { name: "quick", source: quickServer(), transport: "http", port: await freePort() };
    stack = new TestStack([server], CONFIG);
    socket = path.join(makeFolder(), "engine.sock");
    stack.env = { DOCKER_HOST: `unix://${socket}` };
  });
  after(removeFolders);

  const failsWith = async (got: string) => {
    for (const operation of ["preview", "up"] as const) {
      const started = Date.now();
      const message = await stack.failing(operation);
      assert.ok(Date.now() - started < 10_000, `${operation} took ${Date.now() - started} ms`);
      assert.equal(
        message,
        [
          `error: mcp:target: is docker, but no Docker Engine answers at unix://${socket}, which DOCKER_HOST names`,
          `  got:     ${got}`,
          "  fix:     start Docker (Docker Desktop, or `sudo systemctl start docker`), or name another engine there; `docker version` shows when it answers",
        ].join("\n"),
      );
    }
  };

  it("fails preview and up within seconds, and says which engine was asked and what to do", async () => {
    await failsWith(`connect ENOENT ${socket}`);
  });

  it("does not wait for an engine that takes the connection and says nothing", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(socket, resolve));
    try {
      await failsWith("no answer within 5 s");
    } finally {
      silent.close();
    }
  });
});
