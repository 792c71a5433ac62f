import assert from "node:assert/strict";
import { describeWithDocker, dockerObjects, removeDockerObjects } from "../support/docker";
import { removeFolders, writeFiles } from "../support/folder";
import { callTool } from "../support/mcpClient";
import { DOCKERFILE, program, quickServer } from "../support/quickServer";
import { freePort, TestStack } from "../support/stack";
import { WatchedEngine } from "../support/watchedEngine";

const BUILD = /POST \S*\/build\?/;
const NETWORK = /POST \S*\/networks\/create/;
const CONTAINER = /POST \S*\/containers\/create\?\S*name=mcp-\S*-quick/;
const REMOVAL = /DELETE \S*\/containers\//;

/** A build that takes some seconds, and that no other build's cache shortens. */
const SLOW = DOCKERFILE.replace("USER", `RUN echo ${process.pid}-${Date.now()} && sleep 3\nUSER`);

describeWithDocker(
  "interrupted deployment of a Docker stack",
  function () {
    this.timeout(180_000);
    const engine = new WatchedEngine();
    const stacks: TestStack[] = [];

    /** A stack of its own, which sees Docker through the watched socket. */
    const make = async (files: Record<string, string> = {}) => {
      const source = quickServer("first", files);
      const server = { name: "quick", source, transport: "http", port: await freePort() };
      const stack = new TestStack([server], { "mcp:target": "docker" });
      stack.env = { DOCKER_HOST: engine.host };
      stacks.push(stack);
      return { stack, source };
    };
    /** Runs `up`, and sends its engine a signal as it is about to make this request of Docker. */
    const interrupted = async (stack: TestStack, request: RegExp, signal: "SIGINT" | "SIGKILL") => {
      const struck = engine.before(request, () => stack.signalEngine(signal));
      const message = await stack.failing("up");
      await struck;
      return message;
    };
    const objects = (stack: TestStack) => dockerObjects(`mcp-${stack.name}`);
    /** What the next `up` says; it has to leave one of each, a server that answers, and nothing for a further `up` to do. */
    const recovered = async (stack: TestStack, greeting: string) => {
      const { lines } = await stack.up();
      const name = `mcp-${stack.name}`;
      assert.deepEqual(await objects(stack), [name, `${name}-quick`, `${name}-quick-logs`]);
      assert.equal(await callTool(await stack.server("quick"), "greet"), greeting);
      const { changes, lines: further } = await stack.up();
      assert.deepEqual(Object.keys(changes), ["same"]);
      assert.doesNotMatch(further.join("\n"), /pending operations/);
      return lines.join("\n");
    };

    before(() => engine.listen());
    after(async () => {
      try {
        for (const stack of stacks) await removeDockerObjects(`mcp-${stack.name}`);
      } finally {
        await engine.close();
        removeFolders();
      }
    });

    it("Ctrl-C during a build: ends in order, and the next up goes on", async () => {
      const { stack } = await make({ Dockerfile: SLOW });
      assert.match(await interrupted(stack, BUILD, "SIGINT"), /update canceled/);
      await recovered(stack, "first");
      await stack.destroy();
      assert.deepEqual(await objects(stack), [`mcp-${stack.name}-quick-logs`]);
    });

    it("killed during a build: the next up goes on", async () => {
      const { stack } = await make({ Dockerfile: SLOW.replace("echo", "echo killed") });
      await interrupted(stack, BUILD, "SIGKILL");
      assert.match(await recovered(stack, "first"), /^Removed the lock of a run that was killed/);
      await stack.destroy();
      assert.deepEqual(await objects(stack), [`mcp-${stack.name}-quick-logs`]);
    });

    it("killed while it creates the network: the next up makes it anew, and there is one", async () => {
      const { stack } = await make();
      await interrupted(stack, NETWORK, "SIGKILL");
      assert.match(await recovered(stack, "first"), new RegExp(`Removed the network mcp-${stack.name}, `));
      await stack.destroy();
    });

    it("killed while it replaces a container: the next up has its name free, and runs the new one", async () => {
      const { stack, source } = await make();
      await stack.up();
      writeFiles(source, { "index.js": program("second") });
      await interrupted(stack, CONTAINER, "SIGKILL");
      assert.match(await recovered(stack, "second"), new RegExp(`Removed the container mcp-${stack.name}-quick, `));
      await stack.destroy();
      assert.deepEqual(await objects(stack), [`mcp-${stack.name}-quick-logs`]);
    });

    it("killed while it removes the old container: the next up runs the new one", async () => {
      const { stack, source } = await make();
      await stack.up();
      writeFiles(source, { "index.js": program("second") });
      await interrupted(stack, REMOVAL, "SIGKILL");
      const { lines } = await stack.up();
      assert.match(lines.join("\n"), /^Removed the lock of a run that was killed/);
      assert.equal(await callTool(await stack.server("quick"), "greet"), "second");
      assert.equal((await objects(stack)).length, 3);
      await stack.destroy();
    });

    it("killed while it creates a container, then destroyed: nothing is left but the volume", async () => {
      const { stack } = await make();
      await interrupted(stack, CONTAINER, "SIGKILL");
      await stack.destroy();
      assert.deepEqual(await objects(stack), [`mcp-${stack.name}-quick-logs`]);
    });
  },
  ["node:22-slim"],
);
