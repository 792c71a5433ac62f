import * as assert from "node:assert/strict";
import { type AdviceContext, advise, fitWarnings, resolve } from "../../../components/server";
import { folderOf } from "./folder";

const FASTMCP = 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run()\n';
const HTTP = 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run(transport="http")\n';
const STDIO_JS =
  'import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";\nnew StdioServerTransport();\n';

const python = (files: { [file: string]: string } = {}, context: AdviceContext = {}) =>
  advise(
    resolve("x", { source: folderOf({ "server.py": FASTMCP, "requirements.txt": "fastmcp\n", ...files }) }),
    context,
  );
const node = (
  dependencies: object,
  code = STDIO_JS,
  files: { [file: string]: string } = {},
  context: AdviceContext = {},
) =>
  advise(
    resolve("x", {
      source: folderOf({ "index.js": code, "package.json": JSON.stringify({ dependencies }), ...files }),
    }),
    context,
  );
const reasons = (advice: ReturnType<typeof advise>, rule: string) =>
  advice.reasons
    .filter((reason) => reason.rule === rule)
    .map(({ because, evidence, decisive }) => ({ because, evidence, decisive }));
const rules = (advice: ReturnType<typeof advise>) => advice.reasons.map((reason) => reason.rule);

describe("advise", () => {
  it("leaves a simple FastMCP server a process, and says why", () => {
    const advice = python();
    assert.equal(advice.target, "process");
    assert.deepEqual(advice.reasons, [
      {
        rule: "simple-fastmcp",
        target: "process",
        decisive: false,
        because: "simple FastMCP servers run well as they are",
        evidence: "requirements.txt: fastmcp",
      },
      {
        rule: "minimal-dependencies",
        target: "process",
        decisive: false,
        because: "it has few dependencies, which install anywhere",
        evidence: "requirements.txt: fastmcp",
      },
      {
        rule: "stdio",
        target: "process",
        decisive: false,
        because: "it speaks stdio, and clients such as Claude Desktop start such servers as local processes",
        evidence: "server.py: stdio",
      },
    ]);
    assert.equal(
      advice.summary,
      "process: simple FastMCP servers run well as they are; it has few dependencies, which install anywhere; it speaks stdio, and clients such as Claude Desktop start such servers as local processes.",
    );
  });

  it("counts development for a process", () => {
    assert.deepEqual(reasons(python({}, { stage: "development" }), "development"), [
      {
        because: "in development a process restarts faster and is easier to debug",
        evidence: "stage: development",
        decisive: false,
      },
    ]);
  });

  it("stays with a process when nothing speaks for anything", () => {
    const many = Array.from({ length: 6 }, (_, i) => `lib${i}\n`).join("");
    const advice = python({ "server.py": HTTP, "requirements.txt": `mcp\n${many}` });
    assert.deepEqual(
      [advice.target, advice.reasons, advice.summary],
      ["process", [], "process: nothing in its files asks for a container."],
    );
  });

  it("sends system packages of a Dockerfile to Docker", () => {
    const dockerfile =
      "FROM python:3.11-slim\n# RUN apt-get install no\nRUN apt-get update && apt-get install -y \\\n  curl tesseract-ocr=5.* \\\n  && rm -rf x\nRUN apk add --no-cache --virtual .deps gcc\n";
    const advice = python({ Dockerfile: dockerfile });
    assert.equal(advice.target, "docker");
    assert.deepEqual(reasons(advice, "system-packages"), [
      {
        because: "it needs system packages: tesseract-ocr, gcc",
        evidence: "Dockerfile: tesseract-ocr gcc",
        decisive: true,
      },
    ]);
    assert.ok(advice.summary.includes("Against it: simple FastMCP servers run well as they are"));
  });

  it("sends system packages of a list to Docker, and takes curl in a Dockerfile for nothing", () => {
    assert.deepEqual(
      reasons(python({ "apt.txt": "# c\nffmpeg\n" }), "system-packages")[0]?.evidence,
      "apt.txt: ffmpeg",
    );
    const advice = python({ Dockerfile: "FROM x\nRUN apt-get install -y curl\n" });
    assert.equal(advice.target, "process");
    assert.deepEqual(rules(advice), ["own-dockerfile", "simple-fastmcp", "minimal-dependencies", "stdio"]);
  });

  for (const [name, needs] of [
    ["psycopg2", "PostgreSQL's libpq and a C compiler"],
    ["opencv_python", "libGL and GLib"],
    ["pytesseract", "the tesseract program"],
    ["playwright", "a browser and its libraries"],
  ] as const) {
    it(`sends Python's ${name} to Docker`, () => {
      const advice = python({ "requirements.txt": `fastmcp\n${name}>=1\n` });
      const shown = name.replace("_", "-");
      assert.equal(advice.target, "docker");
      assert.deepEqual(reasons(advice, "native-libraries"), [
        { because: `${shown} needs ${needs}`, evidence: `requirements.txt: ${shown}`, decisive: true },
      ]);
    });
  }

  for (const name of ["puppeteer", "sharp", "canvas", "fluent-ffmpeg", "bcrypt"]) {
    it(`sends Node's ${name} to Docker`, () => {
      const advice = node({ [name]: "1" });
      assert.equal(advice.target, "docker");
      assert.equal(reasons(advice, "native-libraries")[0]?.evidence, `package.json: ${name}`);
    });
  }

  it("knows the packages that carry all they need", () => {
    for (const name of ["psycopg2-binary", "opencv-python-headless", "lxml", "bcrypt", "numpy"]) {
      assert.deepEqual(reasons(python({ "requirements.txt": `${name}\n` }), "native-libraries"), [], name);
    }
  });

  for (const [file, text, evidence, decisive] of [
    ["pyproject.toml", '[project]\nrequires-python = "==3.11.*"\n', "pyproject.toml: ==3.11.*", true],
    ["pyproject.toml", '[project]\nrequires-python = ">=3.11,<3.12"\n', "pyproject.toml: >=3.11,<3.12", true],
    [".python-version", "3.11.4\n", ".python-version: 3.11.4", true],
    [".python-version", "3.11\n", ".python-version: 3.11", false],
  ] as const) {
    it(`takes ${JSON.stringify(text)} of ${file} for a ${decisive ? "decisive pin" : "hint"}`, () => {
      const advice = python({ [file]: text });
      const [reason] = reasons(advice, "pinned-runtime");
      assert.deepEqual(
        [reason?.evidence, reason?.decisive, advice.target],
        [evidence, decisive, decisive ? "docker" : "process"],
      );
    });
  }

  it("takes a minimum version for no pin", () => {
    assert.ok(
      !rules(python({ "pyproject.toml": '[project]\nrequires-python = ">=3.10,<4"\n' })).includes("pinned-runtime"),
    );
    const ranged = { "pyproject.toml": '[project]\nrequires-python = ">=3.10"\n', ".python-version": "3.12\n" };
    assert.ok(!rules(python(ranged)).includes("pinned-runtime"));
    assert.ok(!rules(node({}, STDIO_JS, { ".nvmrc": "lts/*" })).includes("pinned-runtime"));
  });

  it("sees Node's pins", () => {
    const pinned = (engine: string) =>
      advise(
        resolve("x", {
          source: folderOf({ "index.js": STDIO_JS, "package.json": JSON.stringify({ engines: { node: engine } }) }),
        }),
      ).target;
    assert.deepEqual(["22.x", "^22", "22", ">=22", ">=20 <23"].map(pinned), [
      "docker",
      "docker",
      "docker",
      "process",
      "process",
    ]);
    assert.equal(reasons(node({}, STDIO_JS, { ".nvmrc": "v22.3.0" }), "pinned-runtime")[0]?.decisive, true);
  });

  it("sends production to a container", () => {
    const advice = python({}, { stage: "production" });
    assert.equal(advice.target, "docker");
    assert.deepEqual(reasons(advice, "production"), [
      {
        because: "production wants the same environment at every deployment",
        evidence: "stage: production",
        decisive: true,
      },
    ]);
  });

  for (const [code, what] of [
    ["import subprocess\nsubprocess.run(x)", "subprocess.run"],
    ["exec(code)", "exec"],
    ["os.system(x)", "os.system"],
    ["from subprocess import run", "from subprocess import"],
  ] as const) {
    it(`isolates Python's ${what}`, () => {
      const advice = python({ "tools.py": code });
      assert.equal(advice.target, "docker");
      assert.equal(reasons(advice, "isolation")[0]?.evidence, `tools.py: ${what}`);
    });
  }

  it("is not fooled by comments, strings and methods that are called alike", () => {
    const advice = python({ "tools.py": '# exec(x)\ns = "eval(x)"\nmodel.eval()\ndef eval(x): pass\ndf.eval("a")\n' });
    assert.deepEqual(reasons(advice, "isolation"), []);
  });

  for (const [code, what] of [
    ['import { execFile } from "node:child_process";', "node:child_process"],
    ['const cp = require("child_process");', "child_process"],
    ["eval(x);", "eval"],
    ["new Function(x);", "new Function"],
  ] as const) {
    it(`isolates Node's ${code}`, () => {
      const advice = node({}, `${STDIO_JS}${code}`);
      assert.equal(advice.target, "docker");
      assert.equal(reasons(advice, "isolation")[0]?.evidence, `index.js: ${what}`);
    });
  }

  for (const [name, service] of [
    ["redis", "Redis"],
    ["asyncpg", "PostgreSQL"],
    ["qdrant-client", "Qdrant"],
  ] as const) {
    it(`puts a server with ${name} beside its ${service} in Docker, but not in development`, () => {
      const files = { "requirements.txt": `fastmcp\n${name}\n` };
      assert.equal(python(files).target, "docker");
      assert.equal(python(files, { stage: "development" }).target, "process");
      assert.deepEqual(reasons(python(files), "external-services"), [
        {
          because: `it talks to ${service}, which runs beside it`,
          evidence: `requirements.txt: ${name}`,
          decisive: true,
        },
      ]);
    });
  }

  it("counts services that are deployed beside it", () => {
    const advice = python({}, { services: ["redis"] });
    assert.equal(advice.target, "docker");
    assert.equal(reasons(advice, "external-services")[0]?.evidence, "services: redis");
  });

  it("sends replicas to Kubernetes", () => {
    assert.equal(python({}, { replicas: 1 }).target, "process");
    const advice = python({ "server.py": HTTP }, { replicas: 3 });
    assert.equal(advice.target, "kubernetes");
    assert.deepEqual(reasons(advice, "replicas"), [
      {
        because: "3 replicas need an orchestrator that balances and replaces them",
        evidence: "replicas: 3",
        decisive: true,
      },
    ]);
  });

  it("sends stateless HTTP in production to Kubernetes, and stateful to Docker", () => {
    const stateless = {
      "server.py": 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run(transport="http", stateless_http=True)\n',
    };
    assert.equal(python(stateless).target, "process");
    const advice = python(stateless, { stage: "production" });
    assert.equal(advice.target, "kubernetes");
    assert.equal(reasons(advice, "stateless-in-production")[0]?.evidence, "server.py: stateless_http=True");
    assert.equal(python({ "server.py": HTTP }, { stage: "production" }).target, "docker");
    const handler = 'import { createMcpHandler } from "@modelcontextprotocol/server";\ncreateMcpHandler(f);\n';
    assert.equal(node({}, handler, {}, { stage: "production" }).target, "kubernetes");
  });
});

describe("fitWarnings", () => {
  it("is empty when the target fits", () => {
    assert.deepEqual(fitWarnings(python(), "process"), []);
    assert.deepEqual(fitWarnings(python({}, { stage: "production" }), "docker"), []);
  });

  it("says that a process is too little, with what decides", () => {
    assert.deepEqual(fitWarnings(python({ "requirements.txt": "fastmcp\nplaywright\n" }), "process"), [
      "process does not fit this server well; docker does: playwright needs a browser and its libraries.",
    ]);
  });

  it("says that a container is more than needed", () => {
    assert.deepEqual(fitWarnings(python({ "server.py": HTTP }), "docker"), [
      "docker is more than this server needs; a process would do: simple FastMCP servers run well as they are; it has few dependencies, which install anywhere.",
    ]);
  });

  it("takes Kubernetes for one of production's containers, and warns of stdio there", () => {
    assert.deepEqual(fitWarnings(python({ "server.py": HTTP }, { stage: "production" }), "kubernetes"), []);
    assert.deepEqual(fitWarnings(python({}, { stage: "production" }), "kubernetes"), [
      "A stdio server serves one client a process and cannot be scaled: in Kubernetes it needs a bridge to Streamable HTTP.",
    ]);
    assert.equal(fitWarnings(python({ "server.py": HTTP, "requirements.txt": "redis\n" }), "kubernetes").length, 1);
  });

  it("says that Docker does not scale", () => {
    assert.deepEqual(fitWarnings(python({ "server.py": HTTP }, { replicas: 2 }), "docker"), [
      "docker does not fit this server well; kubernetes does: 2 replicas need an orchestrator that balances and replaces them.",
    ]);
  });
});
