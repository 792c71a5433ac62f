import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeFolder, removeFolders } from "../support/folder";
import { HttpSession } from "../support/httpSession";
import { pythonFor } from "../support/serverEnvironment";
import { freePort, REPOSITORY } from "../support/stack";

const ARGUMENT = "argument-that-must-stay-unlogged";
const BRIDGE = path.join(REPOSITORY, "runtime/bridge");

/** A stdio server with tools that succeed, fail, take their time, end the process, and tell the bridge's variables. */
const SERVERS = {
  node: `
const { createInterface } = require("node:readline");
const names = ["crash", "environment", "fail", "greet", "wait"];
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, method, params = {} } = JSON.parse(line);
  const text = (value, isError = false) => send({ id, result: { content: [{ type: "text", text: value }], isError } });
  if (id === undefined) return;
  if (method === "initialize") return send({ id, result: { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "x", version: "1" } } });
  if (method === "tools/list") return send({ id, result: { tools: names.map((name) => ({ name, inputSchema: { type: "object" } })) } });
  if (method !== "tools/call") return send({ id, error: { code: -32601, message: "no such method" } });
  if (!names.includes(params.name)) return send({ id, error: { code: -32602, message: "no such tool" } });
  if (params.name === "crash") process.exit(1);
  if (params.name === "wait") await new Promise((resolve) => setTimeout(resolve, 1000));
  if (params.name === "environment") return text(Object.keys(process.env).filter((name) => /^(PORT|METRICS_|MCP_BRIDGE_)/.test(name)).join());
  text("done", params.name === "fail");
});
`,
  python: `
import json, os, sys, time
names = ["crash", "environment", "fail", "greet", "wait"]
def send(**message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)
for line in sys.stdin:
    message = json.loads(line)
    id, method, params = message.get("id"), message.get("method"), message.get("params", {})
    name = params.get("name")
    def text(value, is_error=False):
        send(id=id, result={"content": [{"type": "text", "text": value}], "isError": is_error})
    if id is None:
        continue
    if method == "initialize":
        send(id=id, result={"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {"name": "x", "version": "1"}})
    elif method == "tools/list":
        send(id=id, result={"tools": [{"name": each, "inputSchema": {"type": "object"}} for each in names]})
    elif method != "tools/call":
        send(id=id, error={"code": -32601, "message": "no such method"})
    elif name not in names:
        send(id=id, error={"code": -32602, "message": "no such tool"})
    elif name == "crash":
        sys.exit(1)
    elif name == "environment":
        text(",".join(each for each in os.environ if each.startswith(("PORT", "METRICS_", "MCP_BRIDGE_"))))
    else:
        if name == "wait":
            time.sleep(1)
        text("done", name == "fail")
`,
};

/** How each of the two programs is started. */
const PROGRAMS = {
  node: async () => [process.execPath, path.join(BRIDGE, "bridge.mjs"), process.execPath],
  python: async () => [await pythonFor(BRIDGE), "-I", path.join(BRIDGE, "bridge.py"), "python3"],
};

describe("the bridge's telemetry", function () {
  this.timeout(60_000);
  let bridge: ChildProcess;
  let url: string;
  let metricsUrl: string;
  let stdout = "";

  async function start(runtime: "node" | "python", env: Record<string, string> = {}): Promise<void> {
    const [port, metricsPort] = await Promise.all([freePort(), freePort()]);
    const [command = "", ...args] = await PROGRAMS[runtime]();
    url = `http://127.0.0.1:${port}/mcp`;
    metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
    stdout = "";
    const ports = { PORT: String(port), METRICS_PORT: String(metricsPort), MCP_BRIDGE_HOST: "127.0.0.1" };
    const file = path.join(makeFolder({ "server.cjs": SERVERS[runtime] }), "server.cjs");
    bridge = spawn(command, [...args, file], { env: { ...process.env, ...ports, ...env }, stdio: "pipe" });
    assert.ok(bridge.stdout && bridge.stderr);
    bridge.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    for (let waited = 0; !(await isReady(url)); waited++) {
      assert.ok(waited < 400 && bridge.exitCode === null, "the bridge does not answer");
      await sleep(50);
    }
  }
  afterEach(async () => {
    bridge.kill();
    assert.deepEqual(await once(bridge, "exit"), [0, null]);
  });
  after(removeFolders);

  /** The samples of a metric: the value of each set of labels, as `a b` for {method="a",endpoint="b"}. */
  async function samples(metric: string): Promise<Record<string, number>> {
    const text = await (await fetch(metricsUrl)).text();
    const lines = text.split("\n").filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
    const labelled = (line: string) =>
      ["method", "endpoint", "error_type"].flatMap(
        (label) => new RegExp(`\\b${label}="([^"]*)"`).exec(line)?.[1] ?? [],
      );
    return Object.fromEntries(lines.map((line) => [labelled(line).join(" "), Number(line.split(" ").at(-1))]));
  }

  for (const runtime of ["node", "python"] as const) {
    describe(`of the program for ${runtime} servers`, function () {
      this.timeout(300_000);

      it("counts, times and logs what it passes on, and shows its sessions as connections", async () => {
        await start(runtime, { LOG_LEVEL: "DEBUG" });
        const [a, b] = [new HttpSession(url), new HttpSession(url)];
        await Promise.all([a.open(), b.open()]);
        assert.deepEqual(await samples("mcp_active_connections"), { "": 2 });
        await a.post({ id: 1, method: "tools/list" });
        assert.equal(await a.call("greet", { name: ARGUMENT }), "done");
        assert.equal(await b.call("greet"), "done");
        assert.equal(await a.call("fail", { name: ARGUMENT }), "done");
        await assert.rejects(a.call(ARGUMENT), /no such tool/);
        await a.post({ id: 90, method: "acme/nonsense" });
        const abort = AbortSignal.timeout(300);
        const params = { name: "wait", arguments: {} };
        const body = JSON.stringify({ jsonrpc: "2.0", id: 91, method: "tools/call", params });
        await assert.rejects(b.request("POST", body, abort));
        await assert.rejects(a.call("crash"), /it ended/);
        await b.end();
        for (const session of [a, b]) session.abandon();

        const requests = {
          "initialize -": 2,
          "tools/call crash": 1,
          "tools/call fail": 1,
          "tools/call greet": 2,
          "tools/call unknown": 1,
          "tools/call wait": 1,
          "tools/list -": 1,
          "unknown -": 1,
        };
        assert.deepEqual(await samples("mcp_requests_total"), requests);
        assert.deepEqual(await samples("mcp_request_duration_seconds_count"), requests);
        assert.deepEqual(await samples("mcp_request_errors_total"), {
          "initialize -": 0,
          "tools/call crash": 1,
          "tools/call fail": 1,
          "tools/call greet": 0,
          "tools/call unknown": 1,
          "tools/call wait": 1,
          "tools/list -": 0,
          "unknown -": 1,
        });
        assert.deepEqual(await samples("mcp_request_errors_by_type_total"), {
          "-32601": 1,
          "-32602": 1,
          "-32603": 1,
          cancelled: 1,
          tool_error: 1,
        });
        assert.deepEqual(await samples("mcp_active_connections"), { "": 0 });
        assert.ok(Number((await samples("process_resident_memory_bytes"))[""]) > 0);

        await sleep(100);
        const lines = stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
        assert.deepEqual(
          lines
            .filter(({ tool }) => tool)
            .map(({ level, tool, outcome, error_type }) => [level, tool, outcome, error_type]),
          [
            ["INFO", "greet", "ok", undefined],
            ["INFO", "greet", "ok", undefined],
            ["WARNING", "fail", "error", "tool_error"],
            ["WARNING", "unknown", "error", "-32602"],
            ["WARNING", "wait", "error", "cancelled"],
            ["WARNING", "crash", "error", "-32603"],
          ],
        );
        assert.ok(!stdout.includes(ARGUMENT), stdout);
      });

      it("shows the requests of clients that have no sessions as connections", async () => {
        await start(runtime, { MCP_BRIDGE_STATELESS: "true" });
        const client = new HttpSession(url, { "mcp-protocol-version": "2026-07-28" });
        const call = client.call("wait");
        let open: number | undefined = 0;
        for (let waited = 0; open === 0 && waited < 100; waited++) {
          await sleep(20);
          open = (await samples("mcp_active_connections"))[""];
        }
        assert.equal(open, 1);
        assert.equal(await call, "done");
        assert.deepEqual(await samples("mcp_active_connections"), { "": 0 });
        assert.deepEqual(await samples("mcp_requests_total"), { "tools/call wait": 1 });
        client.abandon();
      });

      it("measures the container that its image names, as far as that can be read", async () => {
        await start(runtime, { METRICS_CGROUP: makeFolder({ "cgroup.type": "domain\n", "pids.current": "17\n" }) });
        assert.deepEqual(await samples("mcp_container_pids"), { "": 17 });
        assert.deepEqual(await samples("mcp_container_memory_working_set_bytes"), {});
      });

      it("measures no container where it runs in none", async () => {
        await start(runtime);
        assert.deepEqual(await samples("mcp_container_cpu_seconds_total"), {});
        assert.ok("" in (await samples("process_resident_memory_bytes")));
      });

      it("keeps its own variables from the server", async () => {
        await start(runtime, { METRICS_HOST: "127.0.0.1", METRICS_CGROUP: makeFolder() });
        const session = new HttpSession(url);
        await session.open();
        assert.equal(await session.call("environment"), "");
        await session.end();
        session.abandon();
      });
    });
  }
});

const isReady = (url: string): Promise<boolean> =>
  fetch(new URL("/readyz", url)).then(
    ({ ok }) => ok,
    () => false,
  );
