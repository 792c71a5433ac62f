import * as assert from "node:assert/strict";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { inspectFolder, resolve } from "../../../components/server";
import { folderOf, problemsOf } from "./folder";

const FASTMCP = 'from fastmcp import FastMCP\nmcp = FastMCP("x")\n';
const STDIO_JS =
  'import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";\nnew StdioServerTransport();\n';
const MCP_PACKAGE = '{"dependencies": {"@modelcontextprotocol/sdk": "1"}}';
const simple = (run = "mcp.run()") => folderOf({ "server.py": `${FASTMCP}${run}\n`, "requirements.txt": "fastmcp\n" });

describe("resolve", () => {
  it("applies the guidelines' defaults to a folder alone", () => {
    const source = simple();
    const { inspection, ...server } = resolve("weather", { source });
    assert.equal(inspection.folder, source);
    assert.deepEqual(server, {
      name: "weather",
      imageReference: undefined,
      source,
      runtime: "python",
      transport: "stdio",
      entryPoint: { kind: "file", value: "server.py" },
      args: [],
      port: 8080,
      metricsPort: 8000,
      path: "/mcp",
      resources: { cpuLimit: 0.5, memoryLimit: "512Mi", cpuReservation: 0.25, memoryReservation: "256Mi" },
      health: {
        readinessPath: "/readyz",
        livenessPath: "/healthz",
        intervalSeconds: 30,
        timeoutSeconds: 10,
        startPeriodSeconds: 40,
        retries: 3,
      },
      // The bridge, which serves a stdio server, answers both paths.
      probe: { kind: "http" },
      sessions: undefined,
      callTimeoutSeconds: 60,
      telemetry: false,
      exposesMetrics: true,
      bridge: { maxSessions: 7, idleTimeoutSeconds: 300, stateless: false },
      launchedByClient: false,
      develop: undefined,
      requiresRuntime: undefined,
      dependencyFiles: ["requirements.txt"],
      dependencies: [{ name: "fastmcp", version: "", file: "requirements.txt" }],
      warnings: [],
    });
  });

  it("keeps what was set, field by field, and does not take undefined for a value", () => {
    const server = resolve("x", {
      source: simple(),
      port: 9000,
      metricsPort: 9001,
      path: "/x",
      args: ["--a"],
      resources: { memoryLimit: "1Gi", cpuLimit: undefined },
      health: { retries: 5 },
    });
    assert.deepEqual([server.port, server.metricsPort, server.path, server.args], [9000, 9001, "/x", ["--a"]]);
    assert.deepEqual(server.resources, {
      cpuLimit: 0.5,
      memoryLimit: "1Gi",
      cpuReservation: 0.25,
      memoryReservation: "256Mi",
    });
    assert.equal(server.health.retries, 5);
    assert.equal(server.health.intervalSeconds, 30);
  });

  it("gives the same for an inspection that was made before", () => {
    const source = simple();
    assert.deepEqual(resolve("x", { source }, { inspection: inspectFolder(source) }), resolve("x", { source }));
  });

  it("collects every problem under the path of the settings", () => {
    const problems = problemsOf(() =>
      resolve(
        "Bad Name",
        {
          source: "/no/such/folder",
          port: 80,
          metricsPort: 80,
          transport: "htp" as "http",
          resources: { memoryReservation: "1Gi" },
        },
        { path: "mcp:servers[0]" },
      ),
    );
    assert.deepEqual(
      problems.map((problem) => problem.path),
      ["name", "transport", "port", "metricsPort", "resources.memoryReservation", "source", "metricsPort"].map(
        (field) => `mcp:servers[0].${field}`,
      ),
    );
  });

  it("formats a problem as the path, what is wrong, got, allowed and fix", () => {
    assert.throws(() => resolve("x", { source: simple(), port: 80 }, { path: "mcp:servers[0]" }), {
      name: "InvalidInputError",
      message: [
        "mcp:servers[0].port: ports below 1024 need root, and servers run without it",
        "  got:     80",
        "  allowed: a whole number from 1024 to 65535",
        "  fix:     use 8080",
      ].join("\n"),
    });
  });
});

describe("runtime", () => {
  const python = { "server.py": `${FASTMCP}mcp.run()\n` };
  const runtime = (files: { [file: string]: string }, settings: object = {}) =>
    resolve("x", { source: folderOf(files), ...settings }).runtime;

  it("is what the manifest says, or without one the code", () => {
    assert.equal(runtime({ ...python, "requirements.txt": "fastmcp" }), "python");
    assert.equal(runtime({ ...python }), "python");
    assert.equal(runtime({ "index.js": STDIO_JS, "package.json": MCP_PACKAGE }), "node");
    assert.equal(runtime({ "index.js": STDIO_JS }), "node");
  });

  it("is Python when package.json holds tooling only, and Node when pyproject.toml does", () => {
    assert.equal(
      runtime({ ...python, "requirements.txt": "fastmcp", "package.json": '{"devDependencies": {"prettier": "3"}}' }),
      "python",
    );
    assert.equal(
      runtime({ "index.js": STDIO_JS, "package.json": MCP_PACKAGE, "pyproject.toml": "[tool.ruff]\n" }),
      "node",
    );
  });

  it("is Python when package.json is the only manifest and holds tooling, and Node when Python only calls it", () => {
    assert.equal(runtime({ ...python, "package.json": "{}", "tool.js": "console.log(1);" }), "python");
    assert.equal(
      runtime({
        "index.js": STDIO_JS,
        "package.json": MCP_PACKAGE,
        "requirements.txt": "requests\n",
        "gen.py": "x = 1\n",
      }),
      "node",
    );
    const client = 'import { Client } from "@modelcontextprotocol/sdk/client/index.js";\n';
    assert.equal(
      runtime({ ...python, "requirements.txt": "fastmcp", "package.json": "{}", "try.js": client }),
      "python",
    );
  });

  it("is a question when both could be servers, and the answer decides", () => {
    const both = { ...python, "requirements.txt": "fastmcp", "index.js": STDIO_JS, "package.json": MCP_PACKAGE };
    assert.deepEqual(
      problemsOf(() => runtime(both)),
      [
        {
          path: "runtime",
          message: "the folder could be a Python and a Node server",
          got: "requirements.txt, package.json",
          allowed: "python, node",
          fix: "set `runtime: python` or `runtime: node`",
        },
      ],
    );
    assert.equal(runtime(both, { runtime: "node" }), "node");
    assert.equal(runtime(both, { entryPoint: "server.py" }), "python");
    assert.equal(runtime(both, { entryPoint: "index.js" }), "node");
  });

  it("is an error in a folder of other things", () => {
    const [problem] = problemsOf(() => runtime({ "README.md": "" }));
    assert.equal(problem?.path, "source");
    assert.equal(problem?.got, "README.md");
  });
});

describe("transport", () => {
  it("is asked for when the code offers both, and the answer decides", () => {
    const source = simple('if x:\n    mcp.run(transport="http")\nelse:\n    mcp.run()');
    assert.deepEqual(
      problemsOf(() => resolve("x", { source })),
      [
        {
          path: "transport",
          message: "the server's code offers both HTTP and stdio, so the one to deploy must be chosen",
          got: 'http: mcp.run(transport="http") in server.py; stdio: mcp.run() in server.py',
          allowed: "http, stdio",
          fix: "set `transport: http` (and the `args` or `env` that make the server use it), or `transport: stdio`",
        },
      ],
    );
    assert.equal(resolve("x", { source, transport: "http" }).transport, "http");
  });

  it("is HTTP when the deprecated SSE is offered beside it", () => {
    assert.equal(
      resolve("x", { source: simple('if x:\n    mcp.run(transport="sse")\nelse:\n    mcp.run(transport="http")') })
        .transport,
      "http",
    );
  });

  it("is refused when it is SSE alone", () => {
    const [problem] = problemsOf(() => resolve("x", { source: simple('mcp.run(transport="sse")') }));
    assert.deepEqual(problem, {
      path: "transport",
      message: "the server offers only the SSE transport, which MCP has deprecated and current clients no longer speak",
      got: 'sse: mcp.run(transport="sse") in server.py',
      allowed: "http (Streamable HTTP), stdio",
      fix: 'change server.py to the transport "http" (FastMCP) or "streamable-http" (mcp)',
    });
  });

  it("is stdio with a warning when nothing tells", () => {
    const server = resolve("x", { source: folderOf({ "index.js": "start();", "package.json": "{}" }) });
    assert.equal(server.transport, "stdio");
    assert.deepEqual(server.warnings, [
      "nothing in the code says which transport the server uses, so stdio is assumed: set `transport` to be sure",
    ]);
  });

  it("may be set against the code, with a warning unless the code leaves it open", () => {
    const fixed = resolve("x", { source: simple('mcp.run(transport="stdio")'), transport: "http" });
    assert.deepEqual(fixed.warnings, [
      'transport is set to http, but the code says otherwise: stdio: mcp.run(transport="stdio") in server.py',
    ]);
    assert.deepEqual(resolve("x", { source: simple("mcp.run()"), transport: "http" }).warnings, []);
  });
});

describe("what the code listens on", () => {
  const source = () => simple('mcp.run(transport="http", host="127.0.0.1", port=9100, path="/api")');

  it("is the default", () => {
    const { port, path } = resolve("x", { source: source() });
    assert.deepEqual([port, path], [9100, "/api"]);
  });

  it("is warned about when the settings differ, and when only the container itself could reach it", () => {
    assert.deepEqual(resolve("x", { source: source(), port: 8080, path: "/mcp" }).warnings, [
      "port is set to 8080, but server.py listens on 9100 whatever PORT says: read PORT there, or set `port: 9100`",
      "path is set to /mcp, but server.py serves /api: set `path: /api`",
      "server.py listens on 127.0.0.1 only, which nothing outside its container reaches: leave the host out there, or use 0.0.0.0",
    ]);
  });

  it("is validated like a setting", () => {
    const [problem] = problemsOf(() => resolve("x", { source: simple('mcp.run(transport="http", port=80)') }));
    assert.deepEqual([problem?.path, problem?.got], ["port", "80"]);
  });

  it("is taken from the official SDK's constructor", () => {
    const body =
      'from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x", host="0.0.0.0", port=9200)\nmcp.run("streamable-http")\n';
    assert.equal(resolve("x", { source: folderOf({ "server.py": body, "requirements.txt": "mcp\n" }) }).port, 9200);
  });
});

describe("the repository's examples", () => {
  const examples = path.resolve(__dirname, "../../../examples");
  for (const [name, runtime, transport, value] of [
    ["python-server", "python", "http", "server.py"],
    ["node-server", "node", "http", "index.js"],
    ["simple-server", "python", "stdio", "server.py"],
  ] as const) {
    it(`${name} is ${runtime}, ${transport}, ${value}`, function () {
      const source = path.join(examples, name);
      if (!existsSync(source)) this.skip();
      const server = resolve(name, { source });
      assert.deepEqual(
        [server.runtime, server.transport, server.entryPoint, server.warnings],
        [runtime, transport, { kind: "file", value }, []],
      );
    });
  }
});
