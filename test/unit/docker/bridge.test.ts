import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { clientLaunch } from "../../../components/docker/clientLaunch";
import { containerInputs, pidsLimit } from "../../../components/docker/containerInputs";
import { bridgeAddition, bridgeEnv } from "../../../components/image/bridge";
import { checkAdditions } from "../../../components/image/ownDockerfile";
import { InvalidInputError, type ResolvedServer, resolve, type ServerSettings } from "../../../components/server";
import { makeFolder, removeFolders } from "../../support/folder";
import { HttpSession, messages } from "../../support/httpSession";
import { freePort, REPOSITORY } from "../../support/stack";
import { STDIO_SERVERS } from "../../support/stdioServer";
import { dockerfileOf } from "../image/support";

type Settings = Omit<ServerSettings, "source">;
const server = (runtime: "python" | "node", settings: Settings = {}): ResolvedServer =>
  resolve("weather", { source: makeFolder(STDIO_SERVERS[runtime]), transport: "stdio", ...settings });
const known = <T>(output: pulumi.Input<T>): Promise<T> =>
  new Promise((resolve) => void pulumi.output(output).apply((value) => resolve(value as T)));
const problemsOf = (action: () => unknown): string[] => {
  try {
    action();
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
};

describe("a stdio server's image", () => {
  after(removeFolders);

  it("holds the bridge for Python in a folder of its own, with what it needs pinned by hash", () => {
    const lines = dockerfileOf(server("python", { port: 9000 })).split("\n");
    for (const line of [
      "COPY .mcp-bridge /opt/mcp-bridge",
      "RUN --mount=type=cache,target=/root/.cache/uv uv pip install --python /opt/venv/bin/python --target /opt/mcp-bridge/lib --no-deps --require-hashes -r /opt/mcp-bridge/requirements.txt",
      "COPY --from=build /opt/mcp-bridge /opt/mcp-bridge",
      "EXPOSE 9000 8000",
      'CMD ["python", "-I", "-S", "/opt/mcp-bridge/bridge.py", "python", "-u", "/app/server.py"]',
    ]) {
      assert.ok(lines.includes(line), line);
    }
    assert.match(lines.join("\n"), /HEALTHCHECK --interval/);
    const pinned = (file: string) =>
      readFileSync(path.join(REPOSITORY, "runtime", file), "utf8")
        .split("\n")
        .filter((line) => line && !line.startsWith("#"));
    const requirements = pinned("bridge/requirements.txt");
    for (const line of requirements) assert.match(line, /^[a-z0-9-]+==[\d.]+ .*--hash=sha256:[0-9a-f]{64}$/);
    for (const line of pinned("telemetry/python/requirements.txt")) assert.ok(requirements.includes(line), line);
    const files = bridgeAddition(server("python")).files.map((file) => file.path);
    for (const file of ["bridge.py", "telemetry.py", "mcp_telemetry/__init__.py", "mcp_telemetry/metrics.py"]) {
      assert.ok(files.includes(`.mcp-bridge/${file}`), file);
    }
  });

  it("holds the bridge for Node, with the library that the telemetry layer locks", () => {
    const text = dockerfileOf(server("node"));
    assert.match(
      text,
      /^RUN --mount=type=cache,target=\/root\/.npm npm ci --prefix \/opt\/mcp-bridge\/telemetry --omit=dev --no-audit --no-fund --no-update-notifier$/m,
    );
    const files = bridgeAddition(server("node")).files.map((file) => file.path);
    for (const file of ["bridge.mjs", "telemetry.mjs", "telemetry/requests.mjs", "telemetry/package-lock.json"]) {
      assert.ok(files.includes(`.mcp-bridge/${file}`), file);
    }
    assert.match(text, /^CMD \["node", "\/opt\/mcp-bridge\/bridge.mjs", "node", "\/app\/index.js"\]$/m);
    assert.match(text, /^COPY \.mcp-bridge \/opt\/mcp-bridge$/m);
  });

  it("holds none when clients start it, nor when the server speaks HTTP", () => {
    const launched = dockerfileOf(server("python", { launchedByClient: true }));
    assert.match(launched, /^HEALTHCHECK NONE$/m);
    assert.match(launched, /^CMD \["python", "-u", "\/app\/server.py"\]$/m);
    for (const text of [launched, dockerfileOf(server("python", { transport: "http" }))]) {
      assert.doesNotMatch(text, /mcp-bridge/);
    }
  });

  it("can't hold it when it is built from the server's own Dockerfile, unless that was taken over", () => {
    const check = (text: string, settings?: Settings) =>
      checkAdditions({ path: "Dockerfile", text }, server("python", settings)).problems.map((problem) => problem.path);
    assert.deepEqual(check("FROM python:3.11-slim"), ["transport"]);
    assert.deepEqual(check("FROM python:3.11-slim\nCOPY .mcp-bridge /opt/mcp-bridge"), []);
    assert.deepEqual(check("FROM python:3.11-slim", { launchedByClient: true }), []);
  });
});

describe("a stdio server's container", () => {
  after(removeFolders);

  it("is told its limits by variables, and published like an HTTP server", async () => {
    const bridged = server("python", { port: 9000, path: "/x", bridge: { maxSessions: 5, stateless: true } });
    const around = { containerName: "c", network: "n", image: "sha256:1", logsVolume: "l" };
    const inputs = containerInputs(bridged, around, { env: { GREETING: "hi" } });
    assert.deepEqual(await known(inputs.envs), [
      "GREETING=hi",
      "MCP_BRIDGE_IDLE_SECONDS=300",
      "MCP_BRIDGE_MAX_SESSIONS=5",
      "MCP_BRIDGE_PATH=/x",
      "MCP_BRIDGE_STATELESS=true",
      "METRICS_HOST=0.0.0.0",
      "METRICS_PORT=8000",
      "PORT=9000",
    ]);
    assert.deepEqual(inputs.ports, [{ internal: 9000, external: 9000, ip: "127.0.0.1", protocol: "tcp" }]);
    assert.equal(pidsLimit(bridged), 256 + 5 * 16);
    assert.equal(pidsLimit(server("python", { transport: "http" })), 256);
  });

  it("has as many sessions as its memory has room for, unless the user says otherwise", () => {
    const sessions = (settings: Settings) => bridgeEnv(server("python", settings)).MCP_BRIDGE_MAX_SESSIONS;
    assert.equal(sessions({}), "7");
    assert.equal(sessions({ resources: { memoryLimit: "64Mi", memoryReservation: "64Mi" } }), "1");
    assert.equal(sessions({ resources: { memoryLimit: "8Gi" } }), "50");
    assert.equal(sessions({ bridge: { maxSessions: 3 } }), "3");
    assert.equal(sessions({ bridge: { maxSessions: 3 }, develop: { debugPort: 5678 } }), "1");
    assert.deepEqual(server("python").warnings, []);
    assert.match(server("python", { bridge: { maxSessions: 20 } }).warnings.join(), /memoryLimit to 1344Mi/);
  });

  it("refuses settings that mean nothing", () => {
    assert.deepEqual(
      problemsOf(() => server("python", { bridge: { maxSessions: 0, idleTimeoutSeconds: 0 } })),
      ["bridge.maxSessions: this is no number of sessions", "bridge.idleTimeoutSeconds: this is no time"],
    );
    assert.deepEqual(
      problemsOf(() => server("python", { transport: "http", launchedByClient: true })),
      ["launchedByClient: the server speaks HTTP, and no client starts it"],
    );
    assert.deepEqual(
      problemsOf(() => server("python", { launchedByClient: true, bridge: {}, develop: {} })),
      [
        "bridge: means nothing for a server that clients start themselves",
        "develop: means nothing for a server that clients start themselves",
      ],
    );
  });

  it("is started by clients as hardened as one that runs, with variables by name only", async () => {
    const launched = server("python", { launchedByClient: true });
    const place = { image: "sha256:1", network: "mcp-dev" };
    const variables = { env: { GREETING: "hi" }, secrets: { API_KEY: pulumi.secret("canary") } };
    const { command, args, env } = clientLaunch(launched, place, variables);
    assert.equal(await known(command), "docker");
    assert.deepEqual(await known(env), { GREETING: "hi" });
    assert.deepEqual(await known(args), [
      ...["run", "-i", "--rm", "--init", "--read-only", "--tmpfs=/tmp:rw,noexec,nosuid,nodev,size=64m"],
      ...["--cap-drop=ALL", "--security-opt=no-new-privileges:true", "--pids-limit=256"],
      ...["--memory=512m", "--memory-swap=512m", "--cpus=0.5", "--network=mcp-dev"],
      "--label=io.modelcontextprotocol.server.name=weather",
      ...["--env", "API_KEY", "--env", "GREETING", "sha256:1"],
    ]);
    assert.equal(await pulumi.isSecret(args), false);
  });
});

/** What test/e2e/bridge.test.ts proves in containers for both programs, as far as it needs none, for Node's. */
describe("the bridge without sessions", function () {
  this.timeout(20_000);
  let bridge: ChildProcess;
  let url: string;

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/mcp`;
    const program = path.join(REPOSITORY, "runtime/bridge/bridge.mjs");
    const folder = makeFolder(STDIO_SERVERS.node);
    const env = { ...process.env, PORT: String(port), MCP_BRIDGE_HOST: "127.0.0.1", MCP_BRIDGE_STATELESS: "true" };
    bridge = spawn(process.execPath, [program, process.execPath, path.join(folder, "index.js")], {
      env,
      stdio: "pipe",
    });
    if (bridge.stderr) await once(bridge.stderr, "data");
  });
  after(async () => {
    bridge.kill();
    assert.deepEqual(await once(bridge, "exit"), [0, null]);
    removeFolders();
  });

  it("tells the calls of clients apart whose ids are equal", async () => {
    const call = async (ms: number) => {
      const client = new HttpSession(url, { "mcp-protocol-version": "2026-07-28" });
      const params = { name: "wait", arguments: { ms }, _meta: { progressToken: 1 } };
      const { text } = await client.post({ id: 1, method: "tools/call", params });
      client.abandon();
      return messages(text).at(-1);
    };
    const answers = await Promise.all([call(300), call(10), call(150)]);
    assert.deepEqual(
      answers.map((message) => message?.result?.content[0]?.text),
      ["3", "1", "2"],
    );
  });

  it("still has a process for each session of older clients", async () => {
    const [a, b] = [new HttpSession(url), new HttpSession(url)];
    await Promise.all([a.open(), b.open()]);
    assert.deepEqual([await a.call("bump"), await a.call("bump"), await b.call("bump")], ["1", "2", "1"]);
    await Promise.all([a.end(), b.end()]);
    for (const session of [a, b]) session.abandon();
  });
});
