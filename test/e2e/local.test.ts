import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync, cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeFolder, removeFolders } from "../support/folder";
import { callTool } from "../support/mcpClient";
import { example, freePort, TestStack } from "../support/stack";

const API_KEY = "canary-secret-8c1f";

describe("local stack on the real engine", function () {
  this.timeout(300_000);
  const source = (name: string) => path.join(sources, name);
  let sources: string;
  let stack: TestStack;
  let ports: number[];

  const servers = (greeting = "Hello") => [
    {
      name: "python-server",
      source: source("python-server"),
      port: ports[0],
      metricsPort: ports[1],
      env: { GREETING: greeting },
      secrets: ["API_KEY"],
    },
    { name: "node-server", source: source("node-server"), port: ports[2], metricsPort: ports[3] },
    { name: "simple-server", source: source("simple-server") },
  ];
  const childOf = (server: string) => stack.runState(server).child?.pid;

  before(async () => {
    sources = makeFolder();
    for (const name of ["python-server", "node-server", "simple-server"]) {
      cpSync(example(name), source(name), { recursive: true });
    }
    ports = [await freePort(), await freePort(), await freePort(), await freePort()];
    stack = new TestStack(servers());
    await stack.secret("API_KEY", API_KEY);
  });
  after(async () => {
    await stack.destroy();
    removeFolders();
  });

  it("deploys a Python, a Node and a stdio server, and a real client calls their tools", async () => {
    const { changes } = await stack.up();
    assert.equal(changes.create, 13);
    const deployed = await stack.servers();
    assert.deepEqual(Object.keys(deployed).sort(), ["node-server", "python-server", "simple-server"]);
    const { "python-server": python, "node-server": node, "simple-server": simple } = deployed;
    assert.ok(python && node && simple);

    assert.equal(python.url, `http://127.0.0.1:${ports[0]}/mcp`);
    assert.deepEqual(python.tools, ["api_key_fingerprint", "containerized_tool", "greet", "health_check"]);
    assert.match(python.toolsDigest, /^[0-9a-f]{64}$/);
    assert.equal(python.target, "process");
    assert.equal(await callTool(python, "greet", { name: "Ada" }), "Hello, Ada!");
    assert.equal(await callTool(node, "containerized_tool", { param: "x" }), "Processed: x");

    assert.equal(simple.url, undefined);
    assert.deepEqual(simple.tools, ["simple_tool"]);
    assert.equal(await callTool(simple, "simple_tool", { param: "x" }), "Processed: x");
  });

  it("hands secrets to the process, and to nobody else", async () => {
    const fingerprint = createHash("sha256").update(API_KEY).digest("hex");
    const told = await callTool(await stack.server("python-server"), "api_key_fingerprint");
    assert.ok(told.length >= 8 && fingerprint.startsWith(told), told);
    assert.ok(!(await stack.state()).includes(API_KEY));
    assert.ok(!JSON.stringify(await stack.servers()).includes(API_KEY));
    assert.ok(!stack.processes().join("\n").includes(API_KEY));
  });

  it("changes nothing when nothing changed, and keeps the processes", async () => {
    const before = [childOf("python-server"), childOf("node-server")];
    assert.deepEqual((await stack.preview()).changes, { same: 13 });
    assert.deepEqual((await stack.up()).changes, { same: 13 });
    assert.deepEqual([childOf("python-server"), childOf("node-server")], before);
  });

  it("restarts just the server whose source changed", async () => {
    const node = childOf("node-server");
    const file = path.join(source("python-server"), "server.py");
    writeFileSync(file, readFileSync(file, "utf8").replace("Processed: ", "Handled: "));
    const { changes } = await stack.up();
    assert.equal(changes.update, 3);
    assert.equal(childOf("node-server"), node);
    assert.equal(
      await callTool(await stack.server("python-server"), "containerized_tool", { param: "x" }),
      "Handled: x",
    );
  });

  it("restarts just the server whose environment changed", async () => {
    const node = childOf("node-server");
    stack.configure(servers("Good day"));
    await stack.secret("API_KEY", API_KEY);
    const { changes } = await stack.up();
    assert.equal(changes.update, 2);
    assert.equal(childOf("node-server"), node);
    assert.equal(await callTool(await stack.server("python-server"), "greet", { name: "Ada" }), "Good day, Ada!");
  });

  it("installs anew when the requirements changed", async () => {
    appendFileSync(path.join(source("python-server"), "requirements.txt"), "six==1.17.0\n");
    const { changes } = await stack.up();
    assert.equal(changes.update, 3);
    assert.equal(await callTool(await stack.server("python-server"), "greet", { name: "Ada" }), "Good day, Ada!");
  });

  it("has a crashed server running again by itself", async () => {
    const pid = childOf("node-server");
    assert.ok(pid);
    process.kill(pid, "SIGKILL");
    for (let waited = 0; waited < 100 && !isUp(childOf("node-server"), pid); waited++) await sleep(100);
    assert.notEqual(childOf("node-server"), pid);
    assert.equal(stack.runState("node-server").restarts, 1);
    await eventually(async () =>
      assert.equal(
        await callTool(await stack.server("node-server"), "containerized_tool", { param: "x" }),
        "Processed: x",
      ),
    );
  });

  it("notices on refresh that a server is dead, and the next up mends it", async () => {
    const { supervisor, child } = stack.runState("node-server");
    process.kill(supervisor.pid, "SIGKILL");
    if (child) process.kill(child.pid, "SIGKILL");
    await sleep(200);
    assert.equal((await stack.refresh()).changes.delete, 1);
    await stack.up();
    assert.equal(
      await callTool(await stack.server("node-server"), "containerized_tool", { param: "x" }),
      "Processed: x",
    );
  });

  it("mends a dead server without a refresh too", async () => {
    const { supervisor, child } = stack.runState("node-server");
    process.kill(supervisor.pid, "SIGKILL");
    if (child) process.kill(child.pid, "SIGKILL");
    await sleep(200);
    assert.equal((await stack.up()).changes.update, 2);
    assert.equal(
      await callTool(await stack.server("node-server"), "containerized_tool", { param: "x" }),
      "Processed: x",
    );
  });

  it("leaves nothing behind on destroy: no process, no file, no resource", async () => {
    await stack.destroy();
    assert.deepEqual(stack.processes(), []);
    assert.deepEqual(stack.deployed(), []);
    assert.deepEqual(JSON.parse(await stack.state()).deployment.resources ?? [], []);
  });
});

const isUp = (pid: number | undefined, before: number): boolean => pid !== undefined && pid !== before;

/** Repeats an assertion for up to 10 s. */
async function eventually(assertion: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await assertion();
    } catch (error) {
      if (attempt === 40) throw error;
      await sleep(250);
    }
  }
}
