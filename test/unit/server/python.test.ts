import * as assert from "node:assert/strict";
import { inspectFolder, resolve } from "../../../components/server";
import { detectPython } from "../../../components/server/python";
import { folderOf, problemsOf } from "./folder";

const FASTMCP = 'from fastmcp import FastMCP\nmcp = FastMCP("x")\n';
const RUN = 'if __name__ == "__main__":\n    mcp.run()\n';
const HTTP = 'if __name__ == "__main__":\n    mcp.run(transport="http")\n';

const detect = (files: { [file: string]: string }, given?: string) =>
  detectPython(inspectFolder(folderOf(files), given), given);
const entry = (files: { [file: string]: string }, given?: string) => detect(files, given).entryPoint;
const transports = (body: string, header = FASTMCP) =>
  detect({ "server.py": header + body }).transports.map((item) => item.transport);

describe("entry point of a Python server", () => {
  it("is what fastmcp.json names", () => {
    const files = {
      "fastmcp.json": '{"source": {"path": "src/mine.py"}}',
      "src/mine.py": FASTMCP + RUN,
      "server.py": FASTMCP + RUN,
    };
    assert.deepEqual(entry(files), { kind: "file", value: "src/mine.py" });
  });

  it("is an error when fastmcp.json names what is not there", () => {
    const { problems } = detect({ "fastmcp.json": '{"source": "nope.py"}', "server.py": "" });
    assert.equal(problems[0]?.message, "fastmcp.json starts nope.py, which does not exist");
  });

  it("is the package that a script of pyproject.toml starts", () => {
    const files = {
      "pyproject.toml": '[project]\nname = "mcp-time"\n[project.scripts]\nmcp-time = "mcp_time:main"\n',
      "mcp_time/__init__.py": "from .server import main\n",
      "mcp_time/__main__.py": "from mcp_time import main\nmain()\n",
      "mcp_time/server.py": `${FASTMCP}def main():\n    mcp.run()\n`,
    };
    const { entryPoint, transports } = detect(files);
    assert.deepEqual(entryPoint, { kind: "module", value: "mcp_time" });
    assert.deepEqual(
      transports.map(({ transport, file }) => [transport, file]),
      [["stdio", "mcp_time/server.py"]],
    );
  });

  it("says which folder must be on the module path when the package is in src", () => {
    const files = { "src/my_server/__main__.py": FASTMCP + RUN, "pyproject.toml": '[project]\nname = "my-server"\n' };
    assert.deepEqual(entry(files), { kind: "module", value: "my_server", moduleRoot: "src" });
  });

  it("is the script's module when it runs when executed", () => {
    const files = {
      "pyproject.toml": '[project.scripts]\nx = "pkg.server:main"\n',
      "pkg/server.py": `${FASTMCP}def main():\n    mcp.run()\nif __name__ == "__main__":\n    main()\n`,
    };
    assert.deepEqual(entry(files), { kind: "module", value: "pkg.server" });
  });

  it("asks for a __main__.py when a script can only be called", () => {
    const files = {
      "pyproject.toml": '[project]\ndependencies = ["mcp"]\n[project.scripts]\nx = "pkg.server:serve"\n',
      "pkg/server.py": `${FASTMCP}def serve():\n    mcp.run()\n`,
    };
    assert.equal(detect(files).problems[0]?.fix, "add pkg/__main__.py with: from pkg.server import serve; serve()");
  });

  for (const [files, value] of [
    [["main.py", "server.py", "app.py"], "server.py"],
    [["app.py", "main.py"], "main.py"],
    [["app.py", "x.py"], "app.py"],
    [["weather_server.py", "helper.py"], "weather_server.py"],
  ] as const) {
    it(`is ${value} among ${files.join(", ")}`, () => {
      assert.deepEqual(entry(Object.fromEntries(files.map((file) => [file, FASTMCP + RUN]))), { kind: "file", value });
    });
  }

  it("is the conventional file that starts a server, before one that does not", () => {
    assert.deepEqual(entry({ "server.py": "class Helper: pass\n", "main.py": FASTMCP + RUN }), {
      kind: "file",
      value: "main.py",
    });
  });

  it("is the one file that runs a server", () => {
    assert.deepEqual(
      entry({ "weather.py": FASTMCP + RUN, "helper.py": "import subprocess\nsubprocess.run(['ls'])\n" }),
      {
        kind: "file",
        value: "weather.py",
      },
    );
  });

  it("is a question when several files run one", () => {
    const { problems } = detect({ "a.py": FASTMCP + RUN, "b.py": FASTMCP + RUN });
    assert.deepEqual(problems, [
      {
        path: "entryPoint",
        message: "several files start an MCP server, so the one to deploy must be chosen",
        got: "a.py, b.py",
        fix: "set `entryPoint: a.py`",
      },
    ]);
  });

  it("is an error that lists what was looked for and found", () => {
    const { problems } = detect({ "requirements.txt": "fastmcp\n", "tools.py": "x = 1\n" });
    assert.deepEqual(problems, [
      {
        path: "entryPoint",
        message:
          "nothing in the folder tells how to start the Python server; looked for fastmcp.json, [project.scripts] of pyproject.toml, a package with __main__.py, server.py, main.py, app.py, a .py file that runs an MCP server",
        got: "tools.py",
        fix: "set `entryPoint: tools.py`",
      },
    ]);
  });

  it("is started by the FastMCP CLI when the file never runs it", () => {
    const server = resolve("x", {
      source: folderOf({ "server.py": FASTMCP, "requirements.txt": "fastmcp\n" }),
      args: ["--verbose"],
    });
    assert.deepEqual(server.entryPoint, { kind: "module", value: "fastmcp.cli" });
    assert.deepEqual(server.args, [
      "run",
      "server.py",
      "--skip-env",
      "--no-banner",
      "--transport",
      "stdio",
      "--",
      "--verbose",
    ]);
  });

  it("is started by the FastMCP CLI when fastmcp.json wants another transport than the code", () => {
    const json = '{"source": {"path": "server.py"}, "deployment": {"transport": "http", "port": 9100, "path": "/x"}}';
    const server = resolve("x", { source: folderOf({ "server.py": FASTMCP + RUN, "fastmcp.json": json }) });
    assert.equal(server.transport, "http");
    assert.equal(server.port, 9100);
    assert.deepEqual(server.args.slice(1), [
      ...["fastmcp.json", "--skip-env", "--no-banner", "--transport", "http", "--port", "9100", "--path", "/x"],
    ]);
  });

  it("is an error when the file defines a server of the official SDK and ends", () => {
    const source = 'from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x")\ndef main():\n    mcp.run()\n';
    assert.deepEqual(
      problemsOf(() => resolve("x", { source: folderOf({ "server.py": source, "requirements.txt": "mcp\n" }) })),
      [
        {
          path: "entryPoint",
          message: "server.py defines the server but never starts it",
          got: "server.py",
          fix: 'add to server.py: if __name__ == "__main__": main()',
        },
      ],
    );
  });
});

describe("an entry point that is given", () => {
  const files = {
    "pkg/__main__.py": FASTMCP + RUN,
    "lib/__init__.py": "",
    "tool.py": FASTMCP + RUN,
    "server.py": FASTMCP + RUN,
  };

  it("is a file or a module", () => {
    assert.deepEqual(entry(files, "./tool.py"), { kind: "file", value: "tool.py" });
    assert.deepEqual(entry(files, "-m pkg"), { kind: "module", value: "pkg" });
    assert.deepEqual(entry(files, "-m tool"), { kind: "module", value: "tool" });
    assert.deepEqual(entry(files, "-m installed_package"), { kind: "module", value: "installed_package" });
  });

  for (const [given, message, fix] of [
    ["tol.py", "the entry point does not exist in the server's folder", "set `entryPoint: tool.py`"],
    ["../x.py", "the entry point lies outside the server's folder", "give a path relative to `source`"],
    ["/x.py", "the entry point lies outside the server's folder", "give a path relative to `source`"],
    [
      "-m lib",
      "the package lib has no __main__.py, so -m cannot start it",
      "add lib/__main__.py that starts the server",
    ],
    ["-m pkg --port 1", "this names no Python module", 'write it as "-m my_server"; arguments go to `args`'],
    ["index.js", "this is no file that python starts", "correct `entryPoint`, or set `runtime`"],
  ] as const) {
    it(`is refused as ${given}`, () => {
      const [problem] = detect(files, given).problems;
      assert.deepEqual(
        [problem?.path, problem?.message, problem?.got, problem?.fix],
        ["entryPoint", message, given, fix],
      );
    });
  }
});

describe("transport of a Python server", () => {
  for (const [body, expected] of [
    [RUN, ["stdio"]],
    [HTTP, ["http"]],
    ['mcp.run("streamable-http")', ["http"]],
    ["mcp.run(transport='sse', port=9000)", ["sse"]],
    ["asyncio.run(mcp.run_async(transport='http'))", ["http"]],
    ["asyncio.run(mcp.run_http_async(port=9000))", ["http"]],
    ["anyio.run(mcp.run_stdio_async)", []],
    ["import uvicorn\nuvicorn.run(mcp.http_app(), port=9000)", ["http", "http"]],
    ['mcp.run(transport=os.environ.get("MCP_TRANSPORT", "http"))', ["http"]],
    ['kind = os.getenv("T", "http")\nmcp.run(transport=kind)', ["http"]],
    [
      'p.add_argument("--transport", choices=["stdio", "http"], default="stdio")\nmcp.run(transport=args.transport)',
      ["stdio"],
    ],
    ["mcp.run(show_banner=False, log_level='INFO')", ["stdio"]],
    ['# mcp.run(transport="http")\nmcp.run()', ["stdio"]],
    ['"""Usage: mcp.run(transport="sse")"""\nmcp.run()', ["stdio"]],
    ["print('mcp.run(transport=\"http\")')\nmcp.run()", ["stdio"]],
    ["asyncio.run(main())\nsubprocess.run(['x'])", []],
  ] as [string, string[]][]) {
    it(`of ${JSON.stringify(body)} is ${expected.join(", ") || "not told"}`, () => {
      const found = detect({ "other.py": "", "server.py": `${FASTMCP}${body}\nmain()\n` });
      // Without a telling call the FastMCP CLI starts the file, over stdio unless told otherwise.
      const own = found.launcher === undefined ? found.transports.map((item) => item.transport) : [];
      assert.deepEqual(own, expected);
    });
  }

  it("is stdio for the low-level server", () => {
    const header = "from mcp.server import Server\nfrom mcp.server.stdio import stdio_server\napp = Server('x')\n";
    const body =
      "async def main():\n    async with stdio_server() as (r, w):\n        await app.run(r, w, None)\nasyncio.run(main())\n";
    assert.deepEqual(transports(body, header), ["stdio"]);
  });

  it("is found in a file that the entry point imports, and not in one that it does not", () => {
    const found = detect({
      "server.py": "from app.core import main\nmain()\n",
      "app/core.py": `${FASTMCP}def main():\n    mcp.run(transport="http")\n`,
      "other.py": `${FASTMCP}mcp.run()\n`,
    });
    assert.deepEqual(
      found.transports.map(({ transport, file }) => [transport, file]),
      [["http", "app/core.py"]],
    );
  });
});

describe("dependencies of a Python server", () => {
  it("come from requirement files without markers, options and comments", () => {
    const { dependencies } = detect({
      "server.py": "",
      "requirements.txt": "# c\n--index-url x\nFastMCP[x]>=2,<3 ; python_version > '3'\nmy_lib==1.0 # why\n-e .\n",
    });
    assert.deepEqual(dependencies, [
      { name: "fastmcp", version: ">=2,<3", file: "requirements.txt" },
      { name: "my-lib", version: "==1.0", file: "requirements.txt" },
    ]);
  });

  it("come from pyproject.toml, PEP 621 and Poetry, and from fastmcp.json", () => {
    const { dependencies, dependencyFiles } = detect({
      "server.py": FASTMCP + RUN,
      "uv.lock": "",
      "pyproject.toml":
        '[project]\ndependencies = ["mcp[cli]>=1"]\n[tool.poetry.dependencies]\npython = "^3.11"\nredis = {version = "5"}\n',
      "fastmcp.json": '{"source": "server.py", "environment": {"dependencies": ["httpx"]}}',
    });
    assert.deepEqual(
      dependencies.map(({ name, file }) => [name, file]),
      [
        ["httpx", "fastmcp.json"],
        ["mcp", "pyproject.toml"],
        ["redis", "pyproject.toml"],
      ],
    );
    assert.deepEqual(dependencyFiles, ["fastmcp.json", "pyproject.toml", "uv.lock"]);
  });
});

describe("Python version of a server", () => {
  for (const [file, text, expected] of [
    ["pyproject.toml", '[project]\nrequires-python = ">=3.11, <3.14"\n', ">=3.11,<3.14"],
    ["pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.12"\n', ">=3.12"],
    [".python-version", "3.11.4\n", ">=3.11"],
    [".python-version", "cpython-3.13\n", ">=3.13"],
    ["requirements.txt", "", undefined],
  ] as const) {
    it(`is ${expected} by ${file} ${JSON.stringify(text)}`, () => {
      assert.equal(detect({ "server.py": "", [file]: text }).requiresRuntime, expected);
    });
  }
});
