import { strict as assert } from "node:assert";
import { once } from "node:events";
import { cpSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { pthLine } from "../../runtime/layer";
import { makeFolder, removeFolders } from "../support/folder";
import { HttpSession } from "../support/httpSession";
import { endServers, launch, type ObservedServer, start } from "../support/observedServer";
import { pythonFor } from "../support/serverEnvironment";
import { PYTHON_LAYER, pythonLayerEnv } from "../support/telemetry";

const FOLDER = resolve(__dirname, "../fixtures/telemetry/python");

/** A FastMCP server of a test's own; `before` stands in front of what runs it, and may set `options`. */
const server = (before: string) => `import os
from fastmcp import FastMCP
mcp = FastMCP("own", version="1.0.0")
options = {}
${before}
mcp.run(transport="http", host="127.0.0.1", port=int(os.environ["PORT"]), show_banner=False, **options)
`;

async function openSession({ url }: ObservedServer) {
  const session = new HttpSession(`${url}/mcp`);
  await session.open();
  return session;
}

const warnings = async (running: ObservedServer) =>
  (await running.log()).filter(({ level, logger }) => level === "WARNING" && logger === "mcp_telemetry");

describe("life of a Python server with the telemetry layer", function () {
  this.timeout(60_000);
  let python: string;
  let layer: Record<string, string>;
  before(async function () {
    this.timeout(300_000);
    python = await pythonFor(FOLDER);
    layer = await pythonLayerEnv();
  });
  afterEach(endServers);
  after(removeFolders);

  const startPlain = (env: Record<string, string> = {}) =>
    start({ file: python, args: [join(FOLDER, "server.py")], env: { ...layer, ...env } });
  const startOwn = (program: string, env: Record<string, string> = {}, readyPath?: string) =>
    start({
      file: python,
      args: [join(makeFolder({ "own.py": program }), "own.py")],
      env: { ...layer, ...env },
      ...(readyPath && { readyPath }),
    });

  it("ends gracefully on SIGTERM: unready at once, running calls finished, streams ended, exit code 0", async () => {
    const running = await startPlain();
    const session = await openSession(running);
    const stream = session.listen();
    const calling = session.call("wait", { seconds: 2.5 });
    await sleep(500);
    const sent = Date.now();
    running.process.kill("SIGTERM");
    await sleep(200);
    const ready = await fetch(`${running.url}/readyz`);
    assert.deepEqual([ready.status, await ready.text()], [503, '{"status":"shutting down"}']);
    assert.equal((await fetch(`${running.url}/healthz`)).status, 200);
    // What proxies still send is served.
    assert.equal(await (await openSession(running)).call("greet", { name: "Ada" }), "Hello, Ada!");
    assert.equal(await calling, "waited");
    assert.equal((await stream).status, 200);
    assert.equal(await running.ended, 0);
    const took = Date.now() - sent;
    assert.ok(took > 1900 && took < 6000, `took ${took} ms`);
    const log = await running.log();
    const said = log.map(({ message }) => message);
    assert.ok(said.includes("shutting down") && said.includes("closing connections"));
    assert.ok(!log.some(({ level }) => level === "ERROR"), running.stdout());
  });

  it("waits for a call as long as it is told to, and answers the client then", async () => {
    const running = await startPlain({ SHUTDOWN_GRACE_SECONDS: "1.5", FASTMCP_STATELESS_HTTP: "true" });
    const calling = new HttpSession(`${running.url}/mcp`).post({
      id: 1,
      method: "tools/call",
      params: { name: "wait", arguments: { seconds: 30 } },
    });
    await sleep(1000);
    const sent = Date.now();
    running.process.kill("SIGINT");
    assert.equal((await calling).status, 200); // its stream had begun, and has an end
    assert.equal(await running.ended, 0);
    const took = Date.now() - sent;
    assert.ok(took > 1400 && took < 5000, `took ${took} ms`);
    const closing = (await running.log()).find(({ message }) => message === "closing connections");
    assert.equal(closing?.unfinished_calls, 1);
  });

  it("ends at once on a second signal", async () => {
    const running = await startPlain({ SHUTDOWN_GRACE_SECONDS: "30" });
    const session = await openSession(running);
    const calling = session.call("wait", { seconds: 30 }).catch(() => undefined);
    await sleep(500);
    running.process.kill("SIGTERM");
    await sleep(300);
    const sent = Date.now();
    running.process.kill("SIGTERM");
    await running.ended;
    assert.ok(Date.now() - sent < 4000, `took ${Date.now() - sent} ms`);
    await calling;
  });

  it("leaves signals to a server that handles them itself", async () => {
    const handler = `import signal, sys
def handle(*_):
    print("handled", flush=True)
    sys.exit(7)
signal.signal(signal.SIGTERM, handle)`;
    const before = await startOwn(server(handler));
    before.process.kill("SIGTERM");
    assert.equal(await before.ended, 7);
    assert.ok(before.stdout().includes("handled\n") && !before.stdout().includes("shutting down"));
    const whileServing = `from starlette.middleware import Middleware
class Handler:
    def __init__(self, app):
        self.app = app
    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            import asyncio, signal
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, os._exit, 8)
        await self.app(scope, receive, send)
options["middleware"] = [Middleware(Handler)]`;
    const later = await startOwn(server(whileServing));
    later.process.kill("SIGTERM");
    assert.equal(await later.ended, 8);
  });

  it("keeps a server's own health checks and its own logging as they are", async () => {
    const own = `import logging
from starlette.responses import PlainTextResponse
logging.basicConfig(format="plain %(message)s", level=logging.INFO)
@mcp.custom_route("/healthz", methods=["GET"])
async def healthz(request):
    return PlainTextResponse("mine", status_code=202)
@mcp.custom_route("/readyz", methods=["GET"])
async def readyz(request):
    return PlainTextResponse("not yet", status_code=503)
@mcp.tool
def greet(name: str) -> str:
    logging.getLogger("own").info("greeting")
    return name`;
    const running = await startOwn(server(own));
    for (const [path, answer] of [
      ["/healthz", "202 mine"],
      ["/readyz", "503 not yet"],
    ]) {
      const response = await fetch(`${running.url}${path}`);
      assert.equal(`${response.status} ${await response.text()}`, answer);
    }
    await (await openSession(running)).call("greet", { name: "x" });
    running.process.kill("SIGKILL");
    await running.ended;
    assert.match(running.stderr(), /^plain greeting$/m);
    assert.match(running.stderr(), /^INFO: +Application startup complete\.$/m);
    const logged = running
      .stdout()
      .split("\n")
      .filter((line) => line.startsWith("{"));
    assert.equal(JSON.parse(logged.at(-1) ?? "").tool, "greet");
  });

  it("warns once where the port for metrics is taken, and the server goes on", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    try {
      const running = await startPlain({ METRICS_PORT: String(port) });
      assert.equal(await (await openSession(running)).call("greet", { name: "Ada" }), "Hello, Ada!");
      const [warning, ...more] = await warnings(running);
      assert.equal(warning?.message, `no metrics: 127.0.0.1:${port} can't be listened on`);
      assert.match(String(warning?.reason), /in use/);
      assert.deepEqual(more, []);
    } finally {
      taken.close();
    }
  });

  it("tells of a server that can't start, as JSON", async () => {
    const { url } = await startPlain();
    const failed = launch({
      file: python,
      args: [join(FOLDER, "server.py")],
      env: { HOST: "127.0.0.1", PORT: new URL(url).port, METRICS_PORT: "0", ...layer },
    });
    assert.ok(Number(await failed.ended) > 0);
    const errors = failed
      .stdout()
      .split("\n")
      .filter((line) => line.includes('"ERROR"'));
    assert.equal(errors.length, 1);
    assert.match(JSON.parse(errors[0] ?? "").message, /address already in use/);
  });

  it("warns once where there are several workers, each of which is healthy and ends gracefully", async () => {
    const program = `import os
from fastmcp import FastMCP
import uvicorn
mcp = FastMCP("workers", version="1.0.0")
app = mcp.http_app(stateless_http=True)
if __name__ == "__main__":
    uvicorn.run("own:app", host="127.0.0.1", port=int(os.environ["PORT"]), workers=2)
`;
    const folder = makeFolder({ "own.py": program });
    const running = await start({ file: python, args: [join(folder, "own.py")], cwd: folder, env: layer });
    assert.equal((await fetch(`${running.url}/healthz`)).status, 200);
    await assert.rejects(fetch(running.metricsUrl));
    const workers = () => [...running.stderr().matchAll(/Started server process \[(\d+)\]/g)].length;
    const json = () =>
      running
        .stdout()
        .split("\n")
        .filter((line) => line.startsWith("{"));
    const started = () => workers() + json().filter((line) => line.includes("Started server process")).length;
    for (let tries = 0; started() < 2 && tries < 100; tries++) await sleep(100);
    running.process.kill("SIGTERM");
    await running.ended;
    const lines = json().map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.filter(({ level }) => level === "WARNING").map(({ message }) => message),
      ["no metrics: they need a single worker, and replicas in place of more"],
    );
    assert.equal(lines.filter(({ message }) => message === "shutting down").length, 2);
  });

  it("warns once without its library, and does all the rest", async () => {
    const running = await startPlain({ MCP_TELEMETRY_LIB: makeFolder() });
    assert.equal(await (await openSession(running)).call("greet", { name: "Ada" }), "Hello, Ada!");
    assert.deepEqual(
      (await warnings(running)).map(({ message, reason }) => [message, reason]),
      [["no metrics: prometheus_client can't be used", "ModuleNotFoundError: No module named 'prometheus_client'"]],
    );
    assert.equal((await running.log()).at(-1)?.tool, "greet");
  });

  it("is nothing but a watcher of imports in child processes, which inherit its variables", async () => {
    const running = await startPlain();
    const session = await openSession(running);
    const loaded = "import sys; print(sorted(name for name in sys.modules if 'telemetry' in name or 'prom' in name))";
    assert.equal(await session.call("child", { program: loaded }), "0 ['mcp_telemetry', 'mcp_telemetry.hooks']");
    // It listens nowhere and says nothing, although it loads an MCP server and ends with a signal's own code.
    const serving = `import os, signal
from fastmcp import FastMCP
import uvicorn
FastMCP('child')
os.kill(os.getpid(), signal.SIGTERM)`;
    assert.equal(await session.call("child", { program: serving }), "-15 ");
  });

  it("leaves a stdio server alone", async () => {
    const folder = makeFolder({
      "own.py": `from fastmcp import FastMCP
import sys
mcp = FastMCP("own", version="1.0.0")
@mcp.tool
def loaded() -> list[str]:
    return sorted(name for name in sys.modules if "prometheus" in name)
mcp.run(show_banner=False)
`,
    });
    const transport = new StdioClientTransport({
      command: python,
      args: [join(folder, "own.py")],
      env: { PYTHONDONTWRITEBYTECODE: "1", METRICS_PORT: "1", ...layer },
      stderr: "pipe",
    });
    let said = "";
    transport.stderr?.on("data", (text) => {
      said += text;
    });
    const client = new Client({ name: "telemetry-test", version: "1.0.0" });
    await client.connect(transport);
    const { structuredContent } = await client.callTool({ name: "loaded", arguments: {} });
    await client.close();
    assert.deepEqual(structuredContent, { result: [] });
    assert.ok(!said.includes("mcp_telemetry"), said);
  });

  it("finds its library in the folder beside its package", async () => {
    const folder = makeFolder();
    cpSync(PYTHON_LAYER, folder, { recursive: true });
    cpSync(layer.MCP_TELEMETRY_LIB ?? "", join(folder, "lib"), { recursive: true });
    const run = `import runpy; runpy.run_path(${JSON.stringify(join(FOLDER, "server.py"))}, run_name="__main__")`;
    const running = await start({ file: python, args: ["-c", `${pthLine(folder)}\n${run}`] });
    assert.equal(await (await openSession(running)).call("greet", { name: "Ada" }), "Hello, Ada!");
    assert.equal((await running.metrics()).one("mcp_requests_total", "greet tools/call"), 1);
  });
});
