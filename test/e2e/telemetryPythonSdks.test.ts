import { strict as assert } from "node:assert";
import { join, resolve } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { eventually } from "../support/eventually";
import { makeFolder, removeFolders } from "../support/folder";
import { HttpSession } from "../support/httpSession";
import { endServers, type Start, start } from "../support/observedServer";
import { pythonFor } from "../support/serverEnvironment";
import { pythonLayerEnv } from "../support/telemetry";

const FIXTURES = resolve(__dirname, "../fixtures/telemetry");
const MADE_UP = "name-that-no-tool-has";

/** The tools and prompts of a framework's server. */
const TOOLS = `
@mcp.tool()
def greet(name: str) -> str:
    return f"Hello, {name}!"
@mcp.tool()
async def wait(seconds: float) -> str:
    import asyncio
    await asyncio.sleep(seconds)
    return "waited"
@mcp.tool()
def fail(text: str) -> str:
    raise ValueError("this tool always fails")
@mcp.prompt()
def ask(topic: str) -> str:
    return f"What about {topic}?"
@mcp.prompt()
def broken() -> str:
    raise KeyError("this prompt always fails")
`;
const LISTEN = 'host="127.0.0.1", port=int(os.environ["PORT"])';

const FRAMEWORKS = [
  {
    name: "MCPServer of the official SDK 2",
    folder: "python",
    program: `import os
from mcp.server.mcpserver import MCPServer
mcp = MCPServer("own")
${TOOLS}
mcp.run(transport="streamable-http", ${LISTEN})`,
    // The SDK answers an exception with code 0; its middleware sees the exception itself, and malformed requests.
    broken: "ValueError",
    malformed: ["unknown error"],
  },
  {
    name: "FastMCP of the official SDK 1",
    folder: "sdk1",
    program: `import os
from mcp.server.fastmcp import FastMCP
mcp = FastMCP("own", ${LISTEN})
${TOOLS}
mcp.run(transport="streamable-http")`,
    broken: "0",
    malformed: [],
  },
  {
    name: "FastMCP 2",
    folder: "fastmcp2",
    program: `import os
from fastmcp import FastMCP
mcp = FastMCP("own")
${TOOLS}
mcp.run(transport="http", show_banner=False, ${LISTEN})`,
    broken: "0",
    malformed: [],
  },
];

const LOW_LEVEL_2 = `import os
import mcp_types as types
import uvicorn
from mcp.server.lowlevel.server import Server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
NAMES = [f"tool{number}" for number in range(210)]
async def list_tools(ctx, params):
    return types.ListToolsResult(tools=[types.Tool(name=name, input_schema={"type": "object"}) for name in NAMES])
async def call_tool(ctx, params):
    if params.name not in NAMES:
        raise ValueError("there is nothing of that name")
    return types.CallToolResult(content=[types.TextContent(type="text", text="done")])
async def get_prompt(ctx, params):
    raise type(params.name, (Exception,), {})("as asked for")
server = Server("own", on_list_tools=list_tools, on_call_tool=call_tool, on_get_prompt=get_prompt,
                on_subscriptions_listen=ListenHandler(InMemorySubscriptionBus()))
app = server.streamable_http_app()
`;

const LOW_LEVEL_1 = `import contextlib, os
import uvicorn
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.routing import Mount
server = Server("own")
@server.list_tools()
async def list_tools():
    return [types.Tool(name="tool0", inputSchema={"type": "object"})]
@server.call_tool()
async def call_tool(name, arguments):
    if name != "tool0":
        raise ValueError(f"Unknown tool: {name}")
    return [types.TextContent(type="text", text="done")]
manager = StreamableHTTPSessionManager(app=server)
@contextlib.asynccontextmanager
async def lifespan(app):
    async with manager.run():
        yield
app = Starlette(routes=[Mount("/mcp", app=manager.handle_request)], lifespan=lifespan)
uvicorn.run(app, ${LISTEN})
`;

describe("telemetry layer on each MCP SDK", function () {
  this.timeout(60_000);
  let layer: Record<string, string>;
  before(async function () {
    this.timeout(600_000);
    layer = await pythonLayerEnv();
    for (const folder of ["python", "sdk1", "fastmcp2", "extras"]) await pythonFor(join(FIXTURES, folder));
  });
  afterEach(endServers);
  after(removeFolders);

  async function startProgram(folder: string, program: string, { args = ["own.py"], env = {} }: Partial<Start> = {}) {
    const cwd = makeFolder({ "own.py": program });
    const python = await pythonFor(join(FIXTURES, folder));
    return await start({ file: python, args, cwd, env: { ...layer, ...env } });
  }

  for (const { name, folder, program, broken, malformed } of FRAMEWORKS) {
    it(`counts requests, logs JSON and ends gracefully: ${name}`, async () => {
      const server = await startProgram(folder, program);
      const session = new HttpSession(`${server.url}/mcp`);
      await session.open();
      await session.call("greet", { name: "x" });
      for (const [tool, args] of [
        ["greet", { name: { nested: "secret-argument" } }],
        ["fail", { text: "secret-argument" }],
        [MADE_UP, { text: "secret-argument" }],
      ] as const) {
        await session.call(tool, args);
      }
      for (const prompt of ["broken", MADE_UP]) {
        await session.post({ id: prompt, method: "prompts/get", params: { name: prompt } });
      }
      const metrics = await server.metrics();
      const counted = {
        "- initialize": 1,
        "greet tools/call": 2,
        "fail tools/call": 1,
        "unknown tools/call": 1,
        "broken prompts/get": 1,
        "unknown prompts/get": 1,
      };
      assert.deepEqual(metrics.all("mcp_requests_total"), counted);
      assert.deepEqual(metrics.all("mcp_request_errors_total"), {
        ...counted,
        "- initialize": 0,
        "greet tools/call": 1,
      });
      const byType = metrics.all("mcp_request_errors_by_type_total");
      assert.deepEqual(byType, { tool_error: 3, [broken]: 2 });
      await session.post({ id: 1, method: "tools/call", params: { named: "secret-argument" } });
      const stream = session.listen();
      const waiting = session.call("wait", { seconds: 3 });
      await eventually(async () => assert.equal((await server.metrics()).one("mcp_active_connections"), 2));
      server.process.kill("SIGTERM");
      assert.equal(await waiting, "waited");
      assert.equal((await stream).status, 200);
      assert.equal(await server.ended, 0);
      assert.deepEqual(
        (await server.log())
          .filter(({ method }) => method !== undefined)
          .map(({ tool, outcome }) => `${tool} ${outcome}`),
        [
          ...["greet ok", "greet error", "fail error", "unknown error", "undefined error", "undefined error"],
          ...malformed,
          "wait ok",
        ],
      );
      assert.ok(!server.stdout().includes("secret-argument"), server.stdout());
      assert.ok(!server.stdout().includes(session.id ?? ""), server.stdout());
    });
  }

  it("counts requests of a low-level server of SDK 1", async () => {
    const server = await startProgram("sdk1", LOW_LEVEL_1);
    const session = new HttpSession(`${server.url}/mcp/`);
    await session.open();
    for (const tool of ["tool0", MADE_UP]) await session.call(tool);
    await session.post({ id: 1, method: "prompts/get", params: { name: MADE_UP } });
    const metrics = await server.metrics();
    assert.deepEqual(metrics.all("mcp_requests_total"), {
      "- initialize": 1,
      "tool0 tools/call": 1,
      "unknown tools/call": 1,
      "unknown prompts/get": 1,
    });
    assert.deepEqual(metrics.all("mcp_request_errors_by_type_total"), { tool_error: 1, "-32601": 1 });
  });

  it("bounds the labels that a server or its clients could make up", async () => {
    const program = `${LOW_LEVEL_2}uvicorn.run(app, ${LISTEN})`;
    const server = await startProgram("python", program);
    const session = new HttpSession(`${server.url}/mcp`);
    await session.open();
    await session.post({ id: 1, method: "no/such/method" });
    await session.post({ id: 1, method: "tools/call", params: { name: MADE_UP } });
    for (let number = 0; number < 210; number++) await session.call(`tool${number}`);
    for (let number = 0; number < 52; number++) {
      await session.post({ id: number, method: "prompts/get", params: { name: `Error${number}` } });
    }
    const metrics = await server.metrics();
    const requests = metrics.all("mcp_requests_total");
    assert.equal(Object.keys(requests).filter((labels) => labels.startsWith("tool")).length, 200);
    const { "- initialize": opened, "- unknown": noMethod, "unknown tools/call": noTool, ...more } = requests;
    const { "other tools/call": others, "unknown prompts/get": failed } = more;
    assert.deepEqual(
      { opened, noMethod, noTool, others, failed },
      { opened: 1, noMethod: 1, noTool: 1, others: 10, failed: 52 },
    );
    const types = metrics.all("mcp_request_errors_by_type_total");
    assert.equal(Object.keys(types).length, 51);
    // -32601, ValueError and 48 classes come first.
    assert.deepEqual([types.Error47, types.Error48, types.other], [1, undefined, 4]);
  });

  it("ends a subscription of 2026-07-28 gracefully, with a server that uvicorn's own command runs", async () => {
    const server = await startProgram("python", LOW_LEVEL_2, {
      args: [
        "-c",
        "import os, sys, uvicorn; sys.argv = ['uvicorn', 'own:app', '--port', os.environ['PORT']]; uvicorn.main()",
      ],
      env: { LOG_LEVEL: "DEBUG" },
    });
    const client = new Client(
      { name: "telemetry-test", version: "1.0.0" },
      { versionNegotiation: { mode: { pin: "2026-07-28" } } },
    );
    await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
    const subscription = await client.listen({ toolsListChanged: true });
    await eventually(async () => assert.equal((await server.metrics()).one("mcp_active_connections"), 1));
    const sent = Date.now();
    server.process.kill("SIGTERM");
    assert.equal(await subscription.closed, "graceful");
    assert.equal(await server.ended, 0);
    assert.ok(Date.now() - sent < 5000, `took ${Date.now() - sent} ms`);
    const [line] = (await server.log()).filter(({ method }) => method === "subscriptions/listen");
    assert.deepEqual([line?.outcome, line?.error_type], ["ok", undefined]);
    await client.close();
  });

  it("counts requests and logs JSON behind another server than uvicorn, and says what it can't do", async () => {
    const program = `${LOW_LEVEL_2}import asyncio
from hypercorn.asyncio import serve
from hypercorn.config import Config
config = Config()
config.bind = [f"127.0.0.1:{os.environ['PORT']}"]
asyncio.run(serve(app, config))`;
    const server = await startProgram("extras", program);
    assert.equal((await fetch(`${server.url}/healthz`)).status, 404);
    const session = new HttpSession(`${server.url}/mcp`);
    await session.open();
    await session.call("tool0");
    assert.equal((await server.metrics()).one("mcp_requests_total", "tool0 tools/call"), 1);
    const said = (await server.log()).filter(({ logger }) => logger === "mcp_telemetry");
    assert.deepEqual(
      said.map(({ level, message, tool }) => [level, tool ?? message]),
      [
        [
          "WARNING",
          "the server is not served by uvicorn: no /healthz, /readyz, count of connections and graceful shutdown",
        ],
        ["INFO", "tool0"],
      ],
    );
  });

  it("records the histogram of the OpenTelemetry convention where the server has set up an SDK", async () => {
    const program = `import os
from fastmcp import FastMCP
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
reader = InMemoryMetricReader()
metrics.set_meter_provider(MeterProvider([reader]))
mcp = FastMCP("own")
@mcp.tool
def recorded() -> list[dict]:
    data = reader.get_metrics_data()
    if data is None:
        return []
    return [
        {"name": metric.name, "unit": metric.unit, "count": point.count, "bounds": list(point.explicit_bounds),
         "attributes": dict(point.attributes)}
        for resource in data.resource_metrics for scope in resource.scope_metrics for metric in scope.metrics
        for point in metric.data.data_points
    ]
@mcp.tool
def fail() -> str:
    raise ValueError("this tool always fails")
mcp.run(transport="http", show_banner=False, ${LISTEN})`;
    const server = await startProgram("extras", program);
    const session = new HttpSession(`${server.url}/mcp`);
    await session.open();
    for (const tool of ["fail", "fail", MADE_UP]) await session.call(tool);
    const answer = await session.post({ id: 1, method: "tools/call", params: { name: "recorded", arguments: {} } });
    const points = JSON.parse(answer.text.split("data: ")[1] ?? "").result.structuredContent.result;
    const bounds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
    const common = { name: "mcp.server.operation.duration", unit: "s", bounds };
    const failed = (tool: string) => ({
      "mcp.method.name": "tools/call",
      "gen_ai.tool.name": tool,
      "error.type": "tool_error",
    });
    assert.deepEqual(points, [
      { ...common, count: 1, attributes: { "mcp.method.name": "initialize" } },
      { ...common, count: 2, attributes: failed("fail") },
      { ...common, count: 1, attributes: failed("unknown") },
    ]);
  });
});
