import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { makeFolder, removeFolders } from "../support/folder";
import { callTool } from "../support/mcpClient";
import { example, freePort, TestStack } from "../support/stack";

/** A Node server without dependencies, so that each case takes only the time of its fault. */
const node = (code: string) =>
  makeFolder({ "package.json": '{ "name": "server", "version": "1.0.0" }', "index.js": code });
const http = (handler: string) =>
  `require("node:http").createServer((request, response) => { ${handler} }).listen(process.env.PORT, process.env.HOST);`;
const quick = { health: { startPeriodSeconds: 2 } };

describe("bad input on the real engine", function () {
  this.timeout(120_000);
  let stack: TestStack;
  let port: number;
  let metricsPort: number;

  before(async () => {
    stack = new TestStack([]);
    port = await freePort();
    metricsPort = await freePort();
  });
  afterEach(async () => {
    stack.env = {};
    stack.configure([{ name: "none", source: example("simple-server") }]);
    await stack.destroy();
    assert.deepEqual(stack.processes(), []);
    assert.deepEqual(stack.deployed(), []);
  });
  after(removeFolders);

  /** What `up` says when it fails. A server that fails leaves no process behind. */
  async function upFails(server: object, transport: "http" | "stdio" = "http"): Promise<string> {
    const listen = transport === "http" ? { port, metricsPort } : {};
    stack.configure([{ name: "server", transport, ...listen, ...server }]);
    const message = await stack.failing("up");
    assert.deepEqual(stack.processes(), []);
    return message;
  }

  it("config: says every problem at once, before any resource is registered", async () => {
    stack.configure([
      { name: "Bad Name", source: makeFolder() },
      { name: "b", source: path.join(makeFolder(), "missing") },
      {
        name: "b",
        source: makeFolder({ "requirements.txt": "", "package.json": "{}", "server.py": "", "index.js": "" }),
      },
      { name: "c", source: makeFolder({ "requirements.txt": "fastmcp\n", "helpers.py": "x = 1\n" }) },
      { name: "d", source: example("simple-server"), secrets: ["API_KEY"], prt: 1 },
    ]);
    const message = await stack.failing("up");
    for (const expected of [
      /mcp:servers\[0\]\.name: .*\n {2}got: +Bad Name/,
      /mcp:servers\[0\]\.source: .*empty/,
      /mcp:servers\[1\]\.source: .*does not exist|mcp:servers\[1\]\.source: .*missing/,
      /mcp:servers\[2\]\.runtime: /,
      /mcp:servers\[3\]\.entryPoint: /,
      /mcp:servers\[4\]\.prt: unknown key[\s\S]*did you mean `port`/,
    ]) {
      assert.match(message, expected);
    }
    assert.doesNotMatch(message, /\n\s+at /);
    const resources = JSON.parse(await stack.state()).deployment.resources ?? [];
    assert.deepEqual(
      resources.filter(({ custom }: { custom: boolean }) => custom),
      [],
    );
  });

  it("config: names the secret that has no value", async () => {
    stack.configure([{ name: "a", source: example("simple-server"), secrets: ["API_KEY"] }]);
    assert.match(await stack.failing("up"), /the secret API_KEY has no value[\s\S]*pulumi config set --secret/);
  });

  it("HTTP server that exits at once: shows its last lines", async () => {
    const message = await upFails({ source: node('console.error("no database"); process.exit(3);') });
    assert.match(
      message,
      /MCP server "server" did not start: it ended while starting \(exit code 3\)[\s\S]*\| no database/,
    );
  });

  it("HTTP server that never listens", async () => {
    const message = await upFails({ source: node('console.log("thinking"); setInterval(() => {}, 1000);'), ...quick });
    assert.match(message, /not ready within 2 s: it did not listen[\s\S]*\| thinking/);
  });

  it("HTTP server that accepts connections and does not answer", async () => {
    const message = await upFails({ source: node(http("")), ...quick });
    assert.match(message, /not ready within 2 s: it accepts connections but does not answer/);
  });

  it("HTTP server that answers 500", async () => {
    const message = await upFails({
      source: node(http('response.statusCode = 500; response.end("out of order");')),
      ...quick,
    });
    assert.match(message, /GET \/readyz answers HTTP 500 \(out of order\)/);
  });

  it("stdio server that exits at once: shows its last lines", async () => {
    const message = await upFails({ source: node('console.error("no licence"); process.exit(1);') }, "stdio");
    assert.match(message, /MCP server "server" does not answer as an MCP server[\s\S]*\| no licence/);
  });

  it("stdio server that hangs", async () => {
    const started = Date.now();
    const message = await upFails({ source: node("setInterval(() => {}, 1000);"), ...quick }, "stdio");
    assert.match(message, /MCP server "server" does not answer as an MCP server/);
    assert.ok(Date.now() - started < 20_000);
  });

  it("stdio server that prints garbage on stdout: says so", async () => {
    const source = node('console.log("Welcome!"); setInterval(() => console.log("still here"), 100);');
    const message = await upFails({ source, ...quick }, "stdio");
    assert.match(message, /wrote to stdout what is no MCP message .*must log to stderr/s);
  });

  it("port taken: says which, before anything starts", async () => {
    const other = createServer().listen(port, "127.0.0.1");
    try {
      const message = await upFails({ source: example("node-server") });
      assert.match(message, new RegExp(`port ${port} on 127.0.0.1, wanted by MCP server "server", is already in use`));
    } finally {
      other.close();
    }
  });

  it("requirements that can't be installed: shows what pip said", async () => {
    const source = makeFolder({
      "requirements.txt": "lost @ file:///nonexistent/lost.whl\n",
      "server.py": 'from fastmcp import FastMCP\nFastMCP("x").run(transport="http")\n',
    });
    const message = await upFails({ source });
    assert.match(message, /The dependencies of MCP server "server" can't be installed[\s\S]*lost\.whl/);
  });

  it("Python too old: says what was found and what is allowed", async () => {
    const bin = makeFolder();
    for (const name of ["python3", "python", ...[10, 11, 12, 13, 14].map((minor) => `python3.${minor}`)]) {
      writeFileSync(path.join(bin, name), "#!/bin/sh\necho /old/python3\necho 3.8.10\n");
      chmodSync(path.join(bin, name), 0o755);
    }
    stack.env = { PATH: `${bin}:${process.env.PATH}` };
    stack.reopen();
    const message = await upFails({ source: example("python-server") });
    stack.reopen();
    assert.match(message, /No suitable Python on PATH\. Found: 3\.8\.10 \(\/old\/python3\)\. Allowed: >=3\.10/);
  });

  it("cache that can't be written: says which folder and how to choose another", async () => {
    stack.env = { XDG_CACHE_HOME: path.join(makeFolder({ file: "" }), "file") };
    const message = await upFails({ source: example("python-server") });
    assert.match(message, /can't be written .*XDG_CACHE_HOME/s);
  });

  it("a failed update leaves the previous version running, and says so", async () => {
    const source = makeFolder({
      "package.json": '{ "name": "server", "version": "1.0.0" }',
      "index.js": 'console.error("broken"); process.exit(1);',
    });
    stack.configure([{ name: "server", source: example("node-server"), port, metricsPort }]);
    await stack.up();
    stack.configure([{ name: "server", source, port, metricsPort, transport: "http" }]);
    assert.match(await stack.failing("up"), /\| broken[\s\S]*The previous version runs again/);
    assert.equal(await callTool(await stack.server("server"), "containerized_tool", { param: "x" }), "Processed: x");
  });

  it("an interrupted up is taken over by the next one", async () => {
    stack.configure([{ name: "server", source: example("node-server"), port, metricsPort }]);
    const interrupted = stack.failing("up");
    await stack.killEngine();
    await interrupted;
    stack.reopen();
    await stack.up();
    assert.equal(await callTool(await stack.server("server"), "containerized_tool", { param: "x" }), "Processed: x");
    assert.equal(stack.processes().length, 2, "the server and its supervisor");
  });
});
