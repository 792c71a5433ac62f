import * as assert from "node:assert/strict";
import { inspectFolder } from "../../../components/server";
import { detectNode } from "../../../components/server/node";
import { folderOf } from "./folder";

const STDIO =
  'import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";\nnew StdioServerTransport();\n';
const detect = (pkg: object | undefined, files: { [file: string]: string }, given?: string) => {
  const folder = folderOf(pkg === undefined ? files : { "package.json": JSON.stringify(pkg), ...files });
  return detectNode(inspectFolder(folder, given), given);
};

describe("entry point of a Node server", () => {
  for (const [what, pkg, files, value] of [
    [
      "bin",
      { bin: "cli.js", main: "index.js", scripts: { start: "node start.js" } },
      ["cli.js", "index.js", "start.js"],
      "cli.js",
    ],
    [
      "the bin of the package's own name",
      { name: "@x/srv", bin: { other: "o.js", srv: "s.js" } },
      ["o.js", "s.js"],
      "s.js",
    ],
    [
      "scripts.start before main",
      { main: "index.js", scripts: { start: "node start.js" } },
      ["index.js", "start.js"],
      "start.js",
    ],
    [
      "scripts.start behind options and variables",
      { scripts: { start: "A=1 node --enable-source-maps ./a/b.mjs --http" } },
      ["a/b.mjs"],
      "a/b.mjs",
    ],
    ["main", { main: "lib/x" }, ["lib/x.js", "index.js"], "lib/x.js"],
    ["main's folder", { main: "lib" }, ["lib/index.js"], "lib/index.js"],
    [
      "what exists, when main does not",
      { main: "index.js", scripts: { start: "node server.js" } },
      ["server.js"],
      "server.js",
    ],
    ["index.mjs", {}, ["index.mjs"], "index.mjs"],
    ["index.cjs", {}, ["index.cjs"], "index.cjs"],
    ["dist/index.js", { main: "index.js" }, ["dist/index.js"], "dist/index.js"],
  ] as [string, object, string[], string][]) {
    it(`is ${what}`, () => {
      const found = detect(pkg, Object.fromEntries(files.map((file) => [file, STDIO])));
      assert.deepEqual(found.entryPoint, { kind: "file", value });
      assert.deepEqual(found.problems, []);
    });
  }

  it("is an error with the command when it is not built", () => {
    const { problems } = detect({ main: "dist/index.js", scripts: { build: "tsc" } }, { "src/index.ts": "" });
    assert.deepEqual(problems, [
      {
        path: "source",
        message: "dist/index.js, which main of package.json names, does not exist: the server is not built",
        fix: "run `npm run build` in the server's folder",
      },
    ]);
  });

  it("is an error when there is TypeScript only", () => {
    const { problems } = detect({ scripts: { start: "tsx src/index.ts" } }, { "src/index.ts": "" });
    assert.equal(
      problems[0]?.message,
      "the folder holds TypeScript only, which has to be built before it can be deployed",
    );
    assert.equal(problems[0]?.got, "src/index.ts");
  });

  it("is an error when what package.json names is missing and nothing builds it", () => {
    const { problems } = detect({ main: "gone.js" }, { "lib/x.js": "" });
    assert.equal(problems[0]?.message, "gone.js, which main of package.json names, does not exist");
  });

  it("is an error that lists what was looked for and found", () => {
    const { problems } = detect({}, { "lib/x.js": "", "y.mjs": "" });
    assert.equal(
      problems[0]?.message,
      "nothing in the folder tells how to start the Node server; looked for bin, scripts.start and main of package.json, index.js, server.js, dist/index.js, build/index.js",
    );
    assert.equal(problems[0]?.got, "y.mjs, lib/x.js");
    assert.equal(problems[0]?.fix, "set `entryPoint: y.mjs`");
  });

  it("may be given, and a build output that is missing asks for the build", () => {
    assert.deepEqual(detect({}, { "a/b.js": STDIO }, "a/b.js").entryPoint, { kind: "file", value: "a/b.js" });
    const { problems } = detect({ scripts: { build: "tsc" } }, { "src/x.ts": "" }, "dist/x.js");
    assert.equal(problems[0]?.message, "dist/x.js does not exist: the server is not built");
  });

  it("is refused as TypeScript and as a module", () => {
    assert.equal(detect({}, { "x.ts": "" }, "x.ts").problems[0]?.message, "TypeScript cannot be started as it is");
    assert.equal(detect({}, { "x.js": "" }, "-m x").problems[0]?.message, "a module can be started in Python only");
  });
});

describe("transport of a Node server", () => {
  for (const [code, expected] of [
    ["await server.connect(new StdioServerTransport());", ["stdio"]],
    ["serveStdio(() => server);", ["stdio"]],
    ["new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });", ["http"]],
    ["new NodeStreamableHTTPServerTransport();", ["http"]],
    ["new WebStandardStreamableHTTPServerTransport();", ["http"]],
    ["const h = createMcpHandler(() => server);", ["http"]],
    ['server.start({ transportType: "httpStream" });', ["http"]],
    ['new SSEServerTransport("/messages", res);', ["sse"]],
    ["// new StreamableHTTPServerTransport()\nnew StdioServerTransport();", ["stdio"]],
    ["/* new SSEServerTransport() */ new sdk_1.StdioServerTransport();", ["stdio"]],
    ["console.error(`new StreamableHTTPServerTransport()`); new StdioServerTransport();", ["stdio"]],
    ["class StdioServerTransport {} function createMcpHandler() {} new StreamableHTTPServerTransport();", ["http"]],
  ] as [string, string[]][]) {
    it(`of ${code} is ${expected}`, () => {
      assert.deepEqual(
        detect({}, { "index.js": code }).transports.map((item) => item.transport),
        expected,
      );
    });
  }

  it("is found in what the entry point imports, in both module systems", () => {
    for (const line of [
      'import "./http.js";',
      'const x = require("./http");',
      'await import("./http.js");',
      'export * from "./http.js";',
    ]) {
      const found = detect(
        {},
        { "index.js": line, "http.js": "new StreamableHTTPServerTransport();", "stdio.js": STDIO },
      );
      assert.deepEqual(
        found.transports.map(({ transport, file }) => [transport, file]),
        [["http", "http.js"]],
        line,
      );
    }
  });

  it("comes with the port that is a constant, and with none that is not", () => {
    const port = (listen: string) => detect({}, { "index.js": `createMcpHandler(f); ${listen}` }).transports[0]?.port;
    assert.equal(port("app.listen(3000, () => {});"), 3000);
    assert.equal(port("app.listen({ port: 3001, host: '127.0.0.1' });"), 3001);
    assert.equal(port("app.listen(process.env.PORT ?? 3000);"), undefined);
    assert.equal(port("app.listen(3000); metrics.listen(9000);"), undefined);
  });
});

describe("dependencies and version of a Node server", () => {
  it("are the direct ones of production", () => {
    const found = detect(
      { dependencies: { zod: "4", "@x/y": "^1" }, devDependencies: { vite: "1" } },
      { "index.js": "", "package-lock.json": "{}" },
    );
    assert.deepEqual(found.dependencies, [
      { name: "@x/y", version: "^1", file: "package.json" },
      { name: "zod", version: "4", file: "package.json" },
    ]);
    assert.deepEqual(found.dependencyFiles, ["package-lock.json", "package.json"]);
  });

  it("is engines.node, else .nvmrc", () => {
    assert.equal(detect({ engines: { node: ">=22" } }, { "index.js": "", ".nvmrc": "20" }).requiresRuntime, ">=22");
    assert.equal(detect({}, { "index.js": "", ".nvmrc": "v20.3.1\n" }).requiresRuntime, ">=20");
    assert.equal(detect({}, { "index.js": "", ".nvmrc": "lts/*\n" }).requiresRuntime, undefined);
  });
});
