import assert from "node:assert/strict";
import { describeWithDocker, docker, dockerObjects, removeDockerObjects } from "../support/docker";
import { removeFolders } from "../support/folder";
import { callTool } from "../support/mcpClient";
import { fixture, shapesOf, toOldShape, typesOf } from "../support/olderState";
import { quickServer } from "../support/quickServer";
import { freePort, TestStack } from "../support/stack";

const API_KEY = "canary-secret-b5e2";

/** Deploys the stack, and gives it the state that version 0.1 would have left. */
async function deployOld(stack: TestStack): Promise<string> {
  await stack.secret("API_KEY", API_KEY);
  await stack.up();
  const old = toOldShape(await stack.state());
  await stack.importState(old);
  return old;
}

/** An `up` over the old state, and one more: neither changes anything of the state's resources, or of what runs. */
async function takeOver(stack: TestStack, running: () => unknown): Promise<void> {
  const before = await running();
  const { changes } = await stack.preview();
  assert.deepEqual(Object.keys(changes), ["same"]);
  for (const _ of ["takes over", "finds nothing to do"]) {
    assert.deepEqual((await stack.up()).changes, changes);
    assert.deepEqual(await running(), before);
  }
  const state = await stack.state();
  assert.doesNotMatch(typesOf(state).join("\n"), /pulumi-nodejs/);
  assert.ok(!state.includes(API_KEY));
}

describe("a local stack of version 0.1", function () {
  this.timeout(120_000);
  let stack: TestStack;
  let old: string;
  const running = () => stack.runState("node-server");

  before(async () => {
    const port = await freePort();
    const server = { name: "node-server", source: quickServer(), transport: "http", port, secrets: ["API_KEY"] };
    stack = new TestStack([server]);
    old = await deployOld(stack);
  });
  after(async () => {
    await stack.destroy();
    removeFolders();
  });

  it("has the shape that version 0.1 recorded", () => {
    assert.deepEqual(shapesOf(old, "node-server"), shapesOf(fixture("local"), "node-server"));
  });

  it("is taken over by an up that restarts no server", async () => {
    await takeOver(stack, running);
    assert.equal(await callTool(await stack.server("node-server"), "greet"), "hello");
  });

  it("is refreshed and destroyed without an up before", async () => {
    await stack.importState(old);
    const before = running();
    assert.deepEqual(Object.keys((await stack.refresh()).changes), ["same"]);
    assert.deepEqual(running(), before);
    await stack.destroy();
    assert.deepEqual([stack.deployed(), stack.processes()], [[], []]);
  });
});

describeWithDocker(
  "a Docker stack of version 0.1",
  function () {
    this.timeout(180_000);
    let stack: TestStack;
    let old: string;
    const prefix = () => `mcp-${stack.name}`;
    const call = async () => callTool(await stack.server("quick"), "count");
    const running = async () => {
      const found = await docker().listContainers({ filters: { name: [prefix()] } });
      const told = await Promise.all(found.map(({ Id }) => docker().getContainer(Id).inspect()));
      const containers = told.map(({ Id, RestartCount, State }) => [Id, RestartCount, State.StartedAt]);
      const { CreatedAt } = (await docker().getVolume(`${prefix()}-redis-data`).inspect()) as { CreatedAt?: string };
      return [...containers, CreatedAt];
    };

    before(async () => {
      const port = await freePort();
      const quick = { name: "quick", source: quickServer(), transport: "http", port, services: ["redis"] };
      const config = { "mcp:target": "docker", "mcp:services": [{ name: "redis", kind: "redis" }] };
      stack = new TestStack([{ ...quick, secrets: ["API_KEY"] }], config);
      old = await deployOld(stack);
    });
    after(async () => {
      await removeDockerObjects(prefix());
      removeFolders();
    });

    it("is taken over by an up that touches no container and no volume", async () => {
      assert.equal(await call(), "1");
      await takeOver(stack, running);
      assert.equal(await call(), "2");
    });

    it("is refreshed and destroyed without an up before; Redis' data stays", async () => {
      await stack.importState(old);
      const before = await running();
      await stack.refresh();
      assert.deepEqual(await running(), before);
      await stack.destroy();
      assert.deepEqual(await dockerObjects(prefix()), [`${prefix()}-quick-logs`, `${prefix()}-redis-data`]);
    });
  },
  ["node:22-slim"],
);
