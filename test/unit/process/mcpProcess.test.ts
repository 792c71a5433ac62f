import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { McpProcess } from "../../../components";
import { dependencyDigest, sourceDigest } from "../../../components/server";
import { layerDigest } from "../../../runtime/layer";
import { makeFolder, removeFolders } from "../../support/folder";
import { type Registered, runWithMocks, secretValue, settled, theOnly } from "../../support/mocks";

const INSTALLATION = "mcp:index:Installation";
const ACTIVATION = "mcp:index:Activation";
const PROCESS = "mcp:index:Process";
const CHECK = "mcp:index:McpCheck";
const CLIENT_FILE = "mcp:index:ClientFile";

const HTTP = {
  "server.py": 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run(transport="http")\n',
  "requirements.txt": "fastmcp==4.1.2\n",
};
const STDIO = { ...HTTP, "server.py": 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run()\n' };

/** What the providers would report. */
function outputs({ type }: Registered) {
  if (type === INSTALLATION) return { folder: "/data/weather", release: "r1", interpreter: ".venv/bin/python" };
  if (type === PROCESS) return { generation: "g1" };
  if (type === CHECK) return { tools: ["forecast"], toolsDigest: "d1" };
  return {};
}

describe("McpProcess", () => {
  after(removeFolders);

  it("installs and runs an HTTP server, checks it, and hands the secrets on as secrets", async () => {
    const source = makeFolder(HTTP);
    const { resources, result } = await runWithMocks(
      () => new McpProcess("weather", { source, port: 9000, env: { GREETING: "hi" }, secrets: { API_KEY: "s3cret" } }),
      { outputs },
    );

    const installation = theOnly(resources, INSTALLATION);
    const { instance } = installation.inputs;
    assert.match(String(instance), /^weather-[0-9a-f]{8}$/);
    assert.deepEqual(installation.inputs, {
      server: "weather",
      instance,
      runtime: "python",
      source,
      sourceDigest: sourceDigest(source),
      dependencyFiles: ["requirements.txt"],
      dependencyDigest: dependencyDigest(source, ["requirements.txt"]),
      requirements: [],
      requiresRuntime: "",
      telemetry: layerDigest("python"),
    });

    const { secretEnv, ...process } = theOnly(resources, PROCESS).inputs;
    assert.deepEqual(secretValue(secretEnv), { API_KEY: "s3cret" });
    const root = "/data/weather/releases/r1";
    assert.deepEqual(process, {
      server: "weather",
      instance,
      release: "r1",
      cwd: root,
      command: `${root}/.venv/bin/python`,
      args: ["-u", `${root}/server.py`],
      env: {
        HOST: "127.0.0.1",
        PORT: "9000",
        METRICS_HOST: "127.0.0.1",
        METRICS_PORT: "8000",
        FASTMCP_TRANSPORT: "http",
        FASTMCP_HOST: "127.0.0.1",
        FASTMCP_PORT: "9000",
        FASTMCP_STREAMABLE_HTTP_PATH: "/mcp",
        MCP_TELEMETRY_PATH: "/mcp",
        GREETING: "hi",
      },
      host: "127.0.0.1",
      port: 9000,
      readinessPath: "/readyz",
      startTimeoutSeconds: 40,
    });

    const { secrets: known, ...check } = theOnly(resources, CHECK).inputs;
    assert.deepEqual(secretValue(known), { API_KEY: "s3cret" });
    assert.deepEqual(check, {
      server: "weather",
      url: "http://127.0.0.1:9000/mcp",
      logFile: "/data/weather/logs/server.log",
      timeoutSeconds: 40,
      triggers: ["g1"],
    });
    assert.equal(await settled(result.transport), "http");
    assert.equal(await settled(result.url), "http://127.0.0.1:9000/mcp");
    assert.equal(await settled(result.command), undefined);
    assert.deepEqual(await settled(result.tools), ["forecast"]);
    assert.equal(await settled(result.toolsDigest), "d1");
  });

  it("installs a stdio server, runs nothing, and and lets clients launch the release that passed its check", async () => {
    const { resources, result } = await runWithMocks(
      () =>
        new McpProcess("weather", { source: makeFolder(STDIO), args: ["--verbose"], secrets: { API_KEY: "s3cret" } }),
      { outputs },
    );
    assert.deepEqual(
      resources.filter(({ type }) => type === PROCESS),
      [],
    );
    const { secrets, ...check } = theOnly(resources, CHECK).inputs;
    assert.deepEqual(secretValue(secrets), { API_KEY: "s3cret" });
    assert.deepEqual(check, {
      server: "weather",
      command: "/data/weather/releases/r1/.venv/bin/python",
      args: ["-u", "/data/weather/releases/r1/server.py", "--verbose"],
      env: {},
      timeoutSeconds: 40,
      triggers: ["r1"],
    });
    assert.deepEqual(theOnly(resources, ACTIVATION).inputs, {
      folder: "/data/weather",
      release: "r1",
    });
    assert.equal(await settled(result.url), undefined);
    assert.equal(await settled(result.command), "/data/weather/current/.venv/bin/python");
  });

  it("gives a Python module its folder as module path, and the user's variables the last word", async () => {
    const { resources } = await runWithMocks(
      () =>
        new McpProcess("weather", {
          source: makeFolder({
            "src/weather/__main__.py": HTTP["server.py"],
            "src/weather/__init__.py": "",
            "requirements.txt": "",
          }),
          entryPoint: "-m weather",
          env: { HOST: "::1" },
        }),
      { outputs },
    );
    const { args, env } = theOnly(resources, PROCESS).inputs as { args: string[]; env: Record<string, string> };
    assert.deepEqual(args, ["-u", "-m", "weather"]);
    assert.equal(env.PYTHONPATH, "/data/weather/releases/r1/src");
    assert.equal(env.HOST, "::1");
  });

  it("enters the server into the files of the clients that were asked for, and of no other", async () => {
    const { resources } = await runWithMocks(
      () => new McpProcess("weather", { source: makeFolder(HTTP), clients: ["cursor"] }),
      { outputs },
    );
    assert.deepEqual(theOnly(resources, CLIENT_FILE), {
      type: CLIENT_FILE,
      name: "weather-cursor",
      inputs: {
        client: "cursor",
        name: "weather",
        entry: { url: "http://127.0.0.1:8080/mcp" },
      },
    });
  });

  it("registers the same resources in a preview, with what is not installed yet unknown", async () => {
    const { resources, result } = await runWithMocks(() => new McpProcess("weather", { source: makeFolder(HTTP) }), {
      preview: true,
    });
    assert.deepEqual(
      resources.map(({ type }) => type).sort(),
      ["mcp:index:McpProcess", CHECK, INSTALLATION, PROCESS].sort(),
    );
    assert.equal(await settled(result.url), "http://127.0.0.1:8080/mcp");
    assert.equal(await settled(result.tools), undefined);
  });

  it("accepts an output as the value of a variable, and waits for it", async () => {
    const late = pulumi.output(new Promise<string>((resolve) => setTimeout(() => resolve("late"), 5)));
    const { resources } = await runWithMocks(
      () => new McpProcess("weather", { source: makeFolder(HTTP), env: { LATE: late } }),
      { outputs },
    );
    assert.equal((theOnly(resources, PROCESS).inputs.env as Record<string, string>).LATE, "late");
  });

  it("refuses an output where the plan depends on it, with the field's name", async () => {
    await runWithMocks(() =>
      assert.throws(
        () => new McpProcess("weather", { source: makeFolder(HTTP), port: pulumi.output(9000) }),
        /^InvalidInputError: port: depends on another resource/,
      ),
    );
  });
});
