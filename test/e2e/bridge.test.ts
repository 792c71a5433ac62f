import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { describeWithDocker, docker, removeDockerObjects } from "../support/docker";
import { makeFolder, removeFolders } from "../support/folder";
import { HttpSession, messages } from "../support/httpSession";
import { callTool } from "../support/mcpClient";
import { example, freePort, TestStack } from "../support/stack";
import { STDIO_SERVERS } from "../support/stdioServer";

const MAX_SESSIONS = 30;
const IDLE_SECONDS = 1.5;

describeWithDocker("stdio servers in containers", function () {
  this.timeout(600_000);
  let stack: TestStack;
  const sources: Record<string, string> = {};
  const urls: Record<string, string> = {};

  const containerOf = (name: string) => docker().getContainer(`mcp-${stack.name}-${name}`);
  /** Commands of the container's processes, without the init processes and the bridge itself. */
  const processes = async (name: string): Promise<string[]> => {
    const { Titles, Processes } = await containerOf(name).top({ ps_args: "-eo pid,args" });
    const at = Titles.indexOf("COMMAND");
    return Processes.map((columns: string[]) => columns[at] ?? "").filter(
      (command: string) => !/mcp-bridge|docker-init|^tini/.test(command),
    );
  };
  const settlesAt = async (name: string, count: number, seconds: number) => {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(100)) {
      if ((await processes(name)).length === count) return;
    }
    assert.deepEqual(await processes(name), [], `${name}: not ${count} processes within ${seconds} s`);
  };
  const opened = async (name: string): Promise<HttpSession> => {
    const session = new HttpSession(urls[name] ?? "");
    const { status, text } = await session.open();
    assert.equal(status, 200, text);
    return session;
  };

  before(async () => {
    const ports = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    for (const runtime of ["python", "node"] as const) sources[runtime] = makeFolder(STDIO_SERVERS[runtime]);
    const bridge = { maxSessions: MAX_SESSIONS, idleTimeoutSeconds: IDLE_SECONDS };
    const resources = { memoryLimit: "3Gi", cpuLimit: 2 };
    const names = ["python", "node", "simple"];
    stack = new TestStack(
      [
        { name: "python", source: sources.python, transport: "stdio", port: ports[0], bridge, resources },
        { name: "node", source: sources.node, transport: "stdio", port: ports[1], bridge, resources },
        { name: "simple", source: example("simple-server"), port: ports[2], resources, bridge: { maxSessions: 25 } },
        { name: "shared", source: example("simple-server"), port: ports[3], bridge: { stateless: true } },
        {
          name: "launched",
          source: sources.python,
          transport: "stdio",
          launchedByClient: true,
          env: { GREETING: "a b" },
        },
      ],
      { "mcp:target": "docker" },
    );
    for (const [index, name] of names.entries()) urls[name] = `http://127.0.0.1:${ports[index]}/mcp`;
    await stack.up();
  });
  after(async () => {
    await stack?.destroy();
    if (stack) await removeDockerObjects(`mcp-${stack.name}`);
    removeFolders();
  });

  it("are served by HTTP, and a real client calls their tools", async () => {
    const simple = await stack.server("simple");
    assert.equal(simple.transport, "http");
    assert.equal(simple.url, urls.simple);
    assert.deepEqual(simple.tools, ["simple_tool"]);
    assert.equal(await callTool(simple, "simple_tool", { param: "x" }), "Processed: x");
  });

  it("serve clients of revision 2026-07-28 without sessions when that is allowed: by one process", async () => {
    const shared = await stack.server("shared");
    const answers = await Promise.all(["a", "b", "c"].map((param) => callTool(shared, "simple_tool", { param })));
    assert.deepEqual(answers, ["Processed: a", "Processed: b", "Processed: c"]);
    assert.equal((await processes("shared")).length, 1);
  });

  it("change nothing when nothing changed", async () => {
    assert.deepEqual(Object.keys((await stack.up()).changes), ["same"]);
  });

  it("or are started by their clients with docker run, when that is preferred", async () => {
    const launched = await stack.server("launched");
    assert.equal(launched.transport, "stdio");
    assert.equal(launched.url, undefined);
    assert.equal(launched.command, "docker");
    assert.match(launched.args?.at(-1) ?? "", /^sha256:|@sha256:/);
    for (const flag of ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges:true", "--rm", "-i"]) {
      assert.ok(launched.args?.includes(flag), flag);
    }
    assert.equal(await callTool(launched, "bump"), "1");
    assert.equal(await callTool(launched, "bump"), "1");
    const { out } = await stack.command("clients", "launched", "--client", "cursor", "--json");
    assert.deepEqual(JSON.parse(out).launched.cursor.snippet.mcpServers.launched.env, { GREETING: "a b" });
    const left = await docker().listContainers({ all: true, filters: { network: [`mcp-${stack.name}`] } });
    assert.deepEqual(
      left.filter(({ Image }) => Image === launched.args?.at(-1)).map(({ Names }) => Names),
      [],
    );
  });

  for (const name of ["python", "node"]) {
    describe(`through the bridge for ${name}`, () => {
      afterEach(() => settlesAt(name, 0, IDLE_SECONDS + 5));

      it("have a process for each session, and nothing of one in another", async () => {
        const [a, b] = [await opened(name), await opened(name)];
        assert.deepEqual([await a.call("bump"), await a.call("bump"), await b.call("bump")], ["1", "2", "1"]);
        assert.equal((await processes(name)).length, 4, "two servers, each with its helper");
        assert.equal((await a.end()).status, 200);
        assert.equal((await a.post({ id: 9, method: "tools/list" })).status, 404);
        assert.equal(await b.call("bump"), "2");
        await b.end();
      });

      it("send what belongs to a call with its answer, and the rest to the client's stream", async () => {
        const session = await opened(name);
        const { headers, text } = await session.post({
          id: 5,
          method: "tools/call",
          params: { name: "wait", arguments: { ms: 50 } },
        });
        assert.equal(headers["content-type"], "text/event-stream");
        assert.deepEqual(
          messages(text).map(({ method }) => method),
          ["notifications/message", undefined],
        );
        const stream = session.listen();
        await sleep(200);
        await session.call("wait", { ms: 10 });
        await session.end();
        assert.deepEqual(
          messages((await stream).text).map(({ method }) => method),
          ["notifications/message"],
        );
      });

      it("end when nobody uses them for the idle time, and not before", async () => {
        const session = await opened(name);
        for (let i = 0; i < 3; i++) {
          await sleep((IDLE_SECONDS * 1000) / 2);
          await session.call("bump");
        }
        assert.equal(await session.call("wait", { ms: IDLE_SECONDS * 2000 }), "4");
        await settlesAt(name, 0, IDLE_SECONDS + 4);
        assert.equal((await session.post({ id: 9, method: "tools/list" })).status, 404);
      });

      it("serve metrics of what they were asked for, on a port of their own", async () => {
        const session = await opened(name);
        await session.call("bump");
        const [network] = Object.values((await containerOf(name).inspect()).NetworkSettings.Networks);
        const metrics = await (await fetch(`http://${network?.IPAddress}:8000/metrics`)).text();
        const lines = metrics.split("\n").filter((line) => line.startsWith("mcp_requests_total{"));
        const calls = lines.find((line) => line.includes('method="tools/call"') && line.includes('endpoint="bump"'));
        assert.ok(Number(calls?.split(" ").at(-1)) >= 1, metrics);
        const cpu = (of: string) => Number(new RegExp(`^${of}_cpu_seconds_total (\\S+)$`, "m").exec(metrics)?.[1]);
        // With the processes of the sessions, which the bridge's own time is without.
        assert.ok(cpu("mcp_container") > cpu("process"), metrics);
        assert.match(metrics, /^mcp_active_connections 1(\.0)?$/m);
        await session.end();
      });

      it("are capped: a session too many is refused with 503 and the reason", async () => {
        const open = await Promise.all(Array.from({ length: MAX_SESSIONS }, () => opened(name)));
        const { status, headers, text } = await new HttpSession(urls[name] ?? "").open();
        assert.equal(status, 503);
        assert.equal(headers["retry-after"], "5");
        assert.match(text, /all 30 sessions are in use: try later, or raise bridge\.maxSessions/);
        await Promise.all(open.map((session) => session.end()));
        await settlesAt(name, 0, 5);
        await (await opened(name)).end();
      });

      it("that crash take their own session only, and say their last words", async () => {
        const [a, b] = [await opened(name), await opened(name)];
        await assert.rejects(a.call("crash"), /it ended \(exit code 1\).*crashed as it was told/s);
        assert.equal((await a.post({ id: 9, method: "tools/list" })).status, 404);
        assert.equal(await b.call("bump"), "1");
        await b.end();
      });

      it("answer the protocol's errors as it says", async () => {
        const url = urls[name] ?? "";
        const session = await opened(name);
        assert.equal((await new HttpSession(url).post({ id: 1, method: "tools/list" })).status, 400);
        assert.equal((await new HttpSession(url, { origin: "https://evil.example" }).open()).status, 403);
        assert.equal((await new HttpSession(url, { accept: "text/html" }).open()).status, 406);
        assert.equal((await session.request("PUT")).status, 405);
        for (const body of ["{", "null", "[]", '{"id":1,"method":"x"}', '{"jsonrpc":"2.0","id":{},"method":"x"}']) {
          assert.equal((await session.request("POST", body)).status, 400, body);
        }
        const modern = new HttpSession(url, { "mcp-protocol-version": "2026-07-28" });
        const refused = await modern.post({ id: 1, method: "server/discover" });
        assert.equal(refused.status, 400);
        assert.equal(messages(refused.text)[0]?.error?.code, -32022);
        for (const probe of ["healthz", "readyz"]) assert.equal((await fetch(new URL(`/${probe}`, url))).status, 200);
        await session.end();
      });

      it("leave no process after 1,000 sessions that their clients aborted", async () => {
        let begun = 0;
        while (begun < 1_000) {
          const batch = Array.from({ length: MAX_SESSIONS }, async (_, index) => {
            const session = new HttpSession(urls[name] ?? "");
            try {
              if (index % 3 === 0) {
                // Before the answer to `initialize`.
                const body = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}';
                await session.request("POST", body, AbortSignal.timeout(index)).catch(() => {});
                begun++;
              } else if ((await session.open()).status === 200) {
                begun++;
                // In the middle of a call, or with a stream open.
                const open = index % 3 === 1 ? session.call("wait", { ms: 100 }) : session.listen();
                open.catch(() => {});
                await sleep(10);
              }
            } finally {
              session.abandon();
            }
          });
          await Promise.all(batch);
          await sleep(200);
        }
        await settlesAt(name, 0, IDLE_SECONDS + 10);
        assert.equal((await (await fetch(new URL("/healthz", urls[name]))).json()).sessions, 0);
        const { State } = await containerOf(name).inspect();
        assert.deepEqual([State.Running, State.OOMKilled], [true, false]);
        await (await opened(name)).end();
      });

      it("end with the container: streams close, running calls finish", async () => {
        const sessions = await Promise.all(Array.from({ length: 5 }, () => opened(name)));
        const streams = sessions.map((session) => session.listen());
        const running = sessions[0]?.call("wait", { ms: 1_500 });
        await sleep(200);
        const begun = Date.now();
        const stopped = containerOf(name).stop({ t: 30 });
        for (const stream of await Promise.all(streams)) assert.equal(stream.status, 200);
        assert.equal(await running, "1");
        await stopped;
        assert.ok(Date.now() - begun < 15_000, "within the grace time");
        assert.equal((await containerOf(name).inspect()).State.ExitCode, 0);
        await containerOf(name).start();
        for (let i = 0; i < 100 && !(await fetch(new URL("/readyz", urls[name])).catch(() => undefined)); i++) {
          await sleep(100);
        }
      });
    });
  }

  it("answer 20 clients for 10 s without a failure, each from its own process", async () => {
    const raw = await rawStdio();
    const one = await load("simple", 1, 3);
    const twenty = await load("simple", 20, 10);
    console.log(
      `      p50 of a call in ms: raw stdio ${raw.toFixed(2)}, bridged ${one.p50.toFixed(2)}; ` +
        `20 clients: ${twenty.calls} calls in 10 s, p50 ${twenty.p50.toFixed(2)}, p95 ${twenty.p95.toFixed(2)}`,
    );
    assert.equal(twenty.failed, 0);
    assert.ok(twenty.calls > 200);
  });

  async function load(name: string, clients: number, seconds: number) {
    const servers = async () => (await processes(name)).filter((command) => command.includes("/app/server.py"));
    const others = (await servers()).length; // Of clients that left without a word.
    const sessions = await Promise.all(Array.from({ length: clients }, () => opened(name)));
    assert.equal((await servers()).length - others, clients);
    const times: number[] = [];
    let failed = 0;
    const end = Date.now() + seconds * 1000;
    await Promise.all(
      sessions.map(async (session, index) => {
        while (Date.now() < end) {
          const begun = performance.now();
          const answer = await session.call("simple_tool", { param: String(index) }).catch(String);
          if (answer !== `Processed: ${index}`) failed++;
          times.push(performance.now() - begun);
        }
      }),
    );
    await Promise.all(sessions.map((session) => session.end()));
    await settlesAt(name, others, 10);
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
    return { calls: times.length, failed, p50: at(0.5), p95: at(0.95) };
  }

  /** p50 in ms of the same call to the same server in the same container, over its own streams. */
  async function rawStdio(): Promise<number> {
    const exec = await containerOf("simple").exec({
      Cmd: ["python", "-c", RAW],
      AttachStdout: true,
      AttachStderr: true,
    });
    const output: Buffer[] = [];
    for await (const chunk of await exec.start({})) output.push((chunk as Buffer).subarray(8));
    return Number(Buffer.concat(output).toString().trim().split("\n").at(-1));
  }
});

const RAW = `
import json, subprocess, time
p = subprocess.Popen(["python", "-u", "/app/server.py"], stdin=-1, stdout=-1, stderr=subprocess.DEVNULL)
def call(id, method, params):
    p.stdin.write(json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).encode() + b"\\n"); p.stdin.flush()
    while json.loads(p.stdout.readline()).get("id") != id: pass
call(0, "initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}})
p.stdin.write(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\\n'); p.stdin.flush()
times, end, id = [], time.time() + 3, 1
while time.time() < end:
    begun = time.perf_counter(); id += 1
    call(id, "tools/call", {"name": "simple_tool", "arguments": {"param": "x"}}); times.append((time.perf_counter() - begun) * 1000)
print(sorted(times)[len(times) // 2]); p.kill()
`;
