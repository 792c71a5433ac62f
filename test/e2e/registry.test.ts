import assert from "node:assert/strict";
import { describeWithDocker, docker, removeDockerObjects } from "../support/docker";
import { removeFolders, writeFiles } from "../support/folder";
import { callTool } from "../support/mcpClient";
import { OwnRegistry, ownRegistryMissing } from "../support/ownRegistry";
import { program, quickServer } from "../support/quickServer";
import { freePort, TestStack } from "../support/stack";

const PASSWORD = "canary-password-5e1f";

describeWithDocker(
  "Docker stack with a registry",
  function () {
    this.timeout(120_000);
    const registry = new OwnRegistry();
    let source: string;
    let stack: TestStack;

    const container = () => docker().getContainer(`mcp-${stack.name}-quick`);
    const configure = (password: string) => {
      stack.configure(servers, {
        "mcp:target": "docker",
        "mcp:registry": { server: registry.server, namespace: "acme/mcp", username: "bot" },
      });
      return stack.secret("REGISTRY_PASSWORD", password);
    };
    let servers: object[];

    /** What the user is told of an `up` of another image that can't be pushed; the old one has to go on. */
    const failedPush = async (greeting: string): Promise<string> => {
      const before = await container().inspect();
      writeFiles(source, { "index.js": program(greeting) });
      const message = await stack.failing("up");
      const { Id, State } = await container().inspect();
      assert.deepEqual([Id, State.Pid], [before.Id, before.State.Pid]);
      assert.equal(await callTool(await stack.server("quick"), "greet"), "hello");
      assert.ok(!message.includes("\n    at "), message);
      assert.ok(!message.includes(PASSWORD), message);
      return message;
    };

    before(async function () {
      const missing = ownRegistryMissing();
      if (missing) {
        if (process.env.CI) throw new Error(`${missing}; in CI it has to be there`);
        console.log(`      skipped: ${missing}`);
        this.skip();
      }
      await registry.create("bot", PASSWORD);
      source = quickServer("hello");
      servers = [{ name: "quick", source, transport: "http", port: await freePort() }];
      stack = new TestStack(servers);
      await configure(PASSWORD);
    });
    after(async () => {
      try {
        await stack?.destroy();
        if (stack) await removeDockerObjects(`mcp-${stack.name}`);
      } finally {
        await registry.stop();
        removeFolders();
      }
    });

    it("pushes with its credentials, and runs what the registry holds, by digest", async () => {
      await stack.up();
      assert.equal(await callTool(await stack.server("quick"), "greet"), "hello");
      const { Config } = await container().inspect();
      assert.match(Config.Image, new RegExp(`^${registry.server}/acme/mcp/quick@sha256:[0-9a-f]{64}$`));
      assert.deepEqual(Object.keys((await stack.up()).changes), ["same"]);
      assert.ok(!(await stack.state()).includes(PASSWORD));
    });

    it("that refuses the credentials: up fails with its words, and the old server goes on", async () => {
      await configure("wrong");
      const message = await failedPush("second");
      assert.match(message, /^error: quick-image: .*(unauthorized|no basic auth credentials)/);
      assert.match(message, /\n {2}fix: check `username` in mcp:registry and the password/);
    });

    it("that does not answer: up names it, and the old server goes on", async () => {
      await registry.stop();
      await configure(PASSWORD);
      const message = await failedPush("third");
      assert.ok(message.includes(registry.server), message);
      assert.match(message, /^error: quick-image: .*connection refused\n {2}fix: start that registry/);
    });

    it("that is back again: the next up deploys what failed before", async () => {
      await registry.start();
      await stack.up();
      assert.equal(await callTool(await stack.server("quick"), "greet"), "third");
    });
  },
  ["node:22-slim"],
);
