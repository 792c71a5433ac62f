import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { obtainEngine } from "../../cli/engine";
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

  it("tells how each server is, also under load", async () => {
    const [python, node] = [await stack.server("python-server"), await stack.server("node-server")];
    const load = new AbortController();
    const calling = (async () => {
      while (!load.signal.aborted) {
        await callTool(python, "greet", { name: "Ada" });
        await callTool(node, "no_such_tool").catch(() => {});
      }
    })();
    const { code, out } = await stack.command("status", "--json");
    load.abort();
    await calling;
    const { healthy, servers, services } = JSON.parse(out);
    assert.deepEqual([code, healthy, services], [0, true, {}]);
    for (const [name, url] of [
      ["python-server", python.url],
      ["node-server", node.url],
    ] as const) {
      const server = servers[name];
      assert.deepEqual([server.target, server.health, server.url, server.tools], ["process", "healthy", url, 4], name);
      assert.equal(server.restarts, 0, name);
      assert.ok(server.uptimeSeconds >= 0 && server.uptimeSeconds < 300, `${name} ${server.uptimeSeconds}`);
      assert.ok(server.memoryBytes > 20e6 && server.memoryBytes < 500e6, `${name} ${server.memoryBytes}`);
      assert.ok(server.cpuCores > 0 && server.cpuCores < 2, `${name} ${server.cpuCores}`);
      assert.ok(server.requestsPerSecond > 0, `${name} ${server.requestsPerSecond}`);
      assert.deepEqual(server.missing, { memoryLimitBytes: "a process has no limit" }, name);
    }
    assert.equal(servers["python-server"].errorsPerSecond, 0);
    assert.ok(servers["node-server"].errorsPerSecond > 0);
    const { health, tools, missing } = servers["simple-server"];
    assert.deepEqual([health, tools], [null, 1]);
    assert.match(missing.health, /^its clients start it/);
  });

  it("shows what each server wrote, as people and as programs read it", async () => {
    const shown = await stack.command("logs", "python-server", "--lines", "3");
    assert.equal(shown.code, 0, shown.err);
    const lines = shown.out.trimEnd().split("\n");
    assert.equal(lines.length, 3);
    for (const line of lines) {
      assert.match(
        line,
        /^python-server \| \d\d:\d\d:\d\d\.\d{3} INFO {5}tool called tool=greet duration=[\d.]+ms outcome=ok$/,
      );
    }

    const all = await stack.command("logs", "--json", "--since", "1h");
    assert.equal(all.code, 0, all.err);
    const entries = all.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual([...new Set(entries.map(({ server }) => server))].sort(), ["node-server", "python-server"]);
    const times = entries.map(({ timestamp }) => new Date(timestamp).getTime());
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
    );
    const own = readFileSync(stack.logFile("node-server"), "utf8").trimEnd().split("\n");
    const passed = all.out.split("\n").filter((line) => line.startsWith('{"server":"node-server"'));
    assert.deepEqual(
      passed,
      own.map((line) => line.replace("{", '{"server":"node-server",')),
    );
    assert.match(all.err, /^simple-server is a stdio server: each client starts it for itself/);
    assert.ok(!`${shown.out}${all.out}`.includes(API_KEY));
  });

  it("says why there is no log", async () => {
    const unknown = await stack.command("logs", "node-sever");
    assert.deepEqual([unknown.code, unknown.out], [1, ""]);
    assert.match(
      unknown.err,
      /allowed: python-server, node-server, simple-server\n {2}fix: {5}did you mean node-server\?/,
    );
    const stdio = await stack.command("logs", "simple-server");
    assert.deepEqual([stdio.code, stdio.out], [1, ""]);
    assert.match(stdio.err, /^simple-server is a stdio server/);
    const old = await stack.command("logs", "node-server", "--since", "0s");
    assert.deepEqual(old, { code: 0, out: "", err: "node-server wrote nothing that was asked for.\n" });
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

  it("shows a changed variable, and next to nothing else, in plain pulumi preview --diff", async function () {
    stack.configure(servers("Good day"));
    await stack.secret("API_KEY", API_KEY);
    if (!(await obtainEngine()).languageHost) {
      process.stderr.write("    skipped: pulumi-language-nodejs is not installed, and plain pulumi needs it\n");
      this.skip();
    }
    const shown = (await stack.pulumi("preview", "--diff", "--color", "never")).trimEnd();
    assert.match(shown, /\n +~ env: \{\n +~ GREETING: "Hello" => "Good day"\n +\}\n/);
    assert.ok(shown.split("\n").length <= 30, shown);
  });

  it("restarts just the server whose environment changed", async () => {
    const node = childOf("node-server");
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

  it("has a crashed server running again by itself, and its log followed until Ctrl-C", async () => {
    const pid = childOf("node-server");
    assert.ok(pid);
    const follower = await stack.start("logs", "node-server", "--follow", "--lines", "1");
    let followed = "";
    follower.stdout?.on("data", (data) => {
      followed += data;
    });
    await eventually(async () => assert.match(followed, /^node-server \| .*\n$/));
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
    await eventually(async () => assert.match(followed, /tool=containerized_tool/));
    follower.kill("SIGINT");
    assert.deepEqual(await once(follower, "exit"), [0, null]);
    const lines = followed
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^node-server \| \S+ /, ""));
    assert.deepEqual(lines.slice(1, 3), [
      "ERROR    The server ended (signal SIGKILL). It starts again in 1 s.",
      "INFO     Starting the server.",
    ]);
    assert.match(lines.at(-1) ?? "", /^INFO {5}tool called tool=containerized_tool /);
  });

  it("notices that a server is dead, and the next up mends it", async () => {
    const { supervisor, child } = stack.runState("node-server");
    process.kill(supervisor.pid, "SIGKILL");
    if (child) process.kill(child.pid, "SIGKILL");
    await sleep(200);
    const { code, out } = await stack.command("status");
    assert.equal(code, 1);
    assert.match(out, /^node-server {4}process {2}stopped {2}- /m);
    assert.match(out, /^node-server: it does not run: npx mcp-deploy up starts it$/m);
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
    const status = await stack.command("status");
    assert.equal(status.code, 1);
    assert.match(
      status.out,
      /^python-server, node-server, simple-server: it is in the config, but not deployed: npx mcp-deploy up/m,
    );
    const logs = await stack.command("logs");
    assert.deepEqual([logs.code, logs.out], [1, ""]);
    assert.match(
      logs.err,
      new RegExp(`the stack ${stack.name} is not deployed yet\\n {2}fix: {5}npx mcp-deploy up --stack ${stack.name}`),
    );
  });

  it("says of a stack that was never deployed how to deploy it", async () => {
    const other = new TestStack(servers());
    for (const command of ["status", "logs"]) {
      const { code, out, err } = await other.command(command);
      assert.deepEqual([code, out], [1, ""]);
      assert.match(
        err,
        new RegExp(`The stack ${other.name} is not deployed: .*\\n {2}fix: npx mcp-deploy up --stack ${other.name}`),
      );
    }
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
