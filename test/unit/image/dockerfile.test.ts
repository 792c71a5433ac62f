import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { defaultBase, fromMirror } from "../../../components/image/base";
import { type ImageSettings, resolve, type ServerSettings } from "../../../components/server";
import { makeFolder, removeFolders } from "../../support/folder";
import { dockerfileOf, NODE, PYTHON, STDIO } from "./support";

const REPOSITORY = path.join(__dirname, "../../..");
const expected = (name: string) => readFileSync(path.join(__dirname, "expected", name), "utf8");

describe("the written Dockerfile", () => {
  after(removeFolders);

  const written = (files: Record<string, string>, image: ImageSettings = {}, settings: Partial<ServerSettings> = {}) =>
    dockerfileOf(resolve("weather", { source: makeFolder(files), ...settings }), image);
  /** The lines that the settings add to those without. */
  const added = (files: Record<string, string>, image: ImageSettings) => {
    const before = written(files).split("\n");
    return written(files, image)
      .split("\n")
      .filter((line) => !before.includes(line));
  };

  for (const runtime of ["python", "node"] as const) {
    for (const layout of ["multi-stage", "lightweight"] as const) {
      it(`is, for ${runtime} in the layout ${layout}, exactly the recorded one`, () => {
        const server = resolve(`${runtime}-server`, { source: path.join(REPOSITORY, `examples/${runtime}-server`) });
        assert.equal(dockerfileOf(server, { layout }), expected(`${runtime}-${layout}.Dockerfile`));
      });
    }
  }

  it("is hardened, with system packages, updates, a company's CA and index, exactly the recorded one", () => {
    const server = resolve("python-server", { source: path.join(REPOSITORY, "examples/python-server") });
    const image: ImageSettings = {
      securityUpdates: true,
      systemPackages: ["libpq5", "curl"],
      buildPackages: ["gcc"],
      buildArgs: { HTTPS_PROXY: "http://proxy.example.com:3128", EXTRA: "1" },
      mirror: "mirror.example.com/hub/",
      caCertificate: path.join(__dirname, "expected/ca.pem"),
      refresh: "2026-11",
    };
    assert.equal(dockerfileOf(server, image), expected("python-company.Dockerfile"));
  });

  it("names the container's cgroup to what measures the server, and to nobody else", () => {
    const line = /^ENV (?:.*\n)*? +METRICS_CGROUP="\/sys\/fs\/cgroup"/m;
    for (const files of [PYTHON, NODE, STDIO]) assert.match(written(files), line);
    assert.doesNotMatch(written(PYTHON, {}, { telemetry: false }), /METRICS_CGROUP/);
    assert.doesNotMatch(written(STDIO, {}, { launchedByClient: true }), /METRICS_CGROUP/);
  });

  it("keeps the folders of requirement files that include each other", () => {
    const files = { ...PYTHON, "requirements.txt": "-r requirements/base.txt\n", "requirements/base.txt": "fastmcp\n" };
    const lines = written(files).split("\n");
    assert.ok(lines.includes("COPY requirements.txt ./"));
    assert.ok(lines.includes("COPY requirements/base.txt ./requirements/"));
  });

  it("copies the source first where the requirements name it", () => {
    const text = written({ ...PYTHON, "requirements.txt": "fastmcp\n-e .\n", "pyproject.toml": "" });
    assert.match(text, /COPY \. \.\nRUN --mount=type=cache,target=\/root\/\.cache\/uv uv venv/);
  });

  it("installs a locked project by its lock", () => {
    const pyproject = '[project]\nname = "weather"\nversion = "1"\ndependencies = ["fastmcp"]\n';
    const text = written({ "server.py": PYTHON["server.py"], "pyproject.toml": pyproject, "uv.lock": "" });
    assert.match(
      text,
      /COPY pyproject.toml uv.lock .\/\nRUN .* UV_PROJECT_ENVIRONMENT=\/opt\/venv uv sync --frozen --no-dev --no-install-project\n/,
    );
  });

  it("installs without a lock, without a manifest, and without the server's own build scripts", () => {
    const npm = (files: Record<string, string>) =>
      written(files).match(/npm (ci(?! --prefix)|install|pkg delete scripts)/g) ?? [];
    assert.deepEqual(npm(NODE), ["npm install"]);
    assert.deepEqual(npm({ ...NODE, "package-lock.json": "{}" }), ["npm ci"]);
    const manifest = { main: "index.js", scripts: { prepare: "tsc" } };
    assert.deepEqual(npm({ ...NODE, "package.json": JSON.stringify(manifest) }), [
      "npm pkg delete scripts",
      "npm install",
    ]);
    const bare = { "index.js": NODE["index.js"] };
    assert.deepEqual(npm(bare), []);
    assert.match(written(bare), /RUN mkdir -p node_modules\n/);
  });

  it("declares build arguments where the dependencies are installed, but no proxy, which would enter the history", () => {
    const buildArgs = { HTTPS_PROXY: "http://p", no_proxy: "x", NPM_CONFIG_REGISTRY: "https://r/", NODE_FLAG: "1" };
    assert.deepEqual(added(NODE, { buildArgs }), ["ARG NODE_FLAG"]);
  });

  it("writes an npm token in the build stage only", () => {
    const server = resolve("weather", { source: makeFolder(NODE) });
    const text = dockerfileOf(server, {}, { buildSecrets: ["NPM_TOKEN"] });
    const [build = "", final = ""] = text.split(/\n(?=FROM node:22-slim$)/m);
    assert.match(build, /ARG NPM_TOKEN\n/);
    assert.match(build, /"\$NPM_TOKEN" > \/root\/\.npmrc/);
    assert.doesNotMatch(final, /NPM_TOKEN|npmrc/);
  });

  it("uses apk on Alpine", () => {
    const image = { base: "node:22-alpine", securityUpdates: true, systemPackages: ["curl"] };
    assert.deepEqual(added(NODE, image).slice(0, 6), [
      "FROM node:22-alpine AS build",
      "RUN apk add --no-cache tini",
      "FROM node:22-alpine",
      "RUN apk upgrade --no-cache \\",
      " && apk add --no-cache curl",
      "COPY --from=build /sbin/tini /sbin/tini",
    ]);
  });

  it("has no port and no health check for a stdio server that its clients start", () => {
    const text = written(STDIO, {}, { launchedByClient: true });
    assert.match(text, /\nHEALTHCHECK NONE\n/);
    assert.doesNotMatch(text, /EXPOSE|PORT=/);
  });

  it("installs the bridge of a stdio server in a stage of its own, whatever the layout", () => {
    const stages = written(STDIO, { layout: "lightweight" }).match(/^FROM .*$/gm);
    assert.deepEqual(stages, ["FROM python:3.11-slim AS build", "FROM python:3.11-slim"]);
  });

  it("escapes what the builder or the probe would read as its own", () => {
    const text = written(PYTHON, {}, { path: "/m$cp", health: { livenessPath: "/it's" } });
    assert.match(text, /FASTMCP_STREAMABLE_HTTP_PATH="\/m\\\$cp"/);
    assert.match(text, /c\.request\('GET', '\/it%27s'\)/);
  });

  it("names the source repository and the registry's name where the folder tells them", () => {
    const manifest = { ...JSON.parse(NODE["package.json"]), repository: { url: "git+https://example.com/acme/w.git" } };
    const files = { ...NODE, "package.json": JSON.stringify(manifest), "server.json": '{"name":"io.example.acme/w"}' };
    const text = written(files);
    assert.match(text, /org\.opencontainers\.image\.source="https:\/\/example\.com\/acme\/w"/);
    assert.match(text, /io\.modelcontextprotocol\.server\.name="io\.example\.acme\/w"/);
    assert.equal(text.match(/server\.name=/g)?.length, 1);
  });
});

describe("the base", () => {
  it("is the oldest that the folder accepts", () => {
    const python = (requiresRuntime?: string) => defaultBase({ runtime: "python", requiresRuntime });
    assert.deepEqual(
      [undefined, ">=3.10", ">=3.12", ">3.11.9,<3.13", "~=3.12.1", "==3.13.*", "!=3.11.0,>=3.11", "nonsense"].map(
        python,
      ),
      ["3.11", "3.11", "3.12", "3.11", "3.12", "3.13", "3.11", "3.11"].map((version) => `python:${version}-slim`),
    );
    const node = (requiresRuntime?: string) => defaultBase({ runtime: "node", requiresRuntime });
    assert.deepEqual([undefined, ">=18", "^24", "24.x || 26.x"].map(node), [
      "node:22-slim",
      "node:22-slim",
      "node:24-slim",
      "node:24-slim",
    ]);
  });

  it("comes from the mirror when Docker Hub has it", () => {
    const mirrored = (base: string) => fromMirror(base, "mirror.example.com/hub");
    assert.equal(mirrored("python:3.11-slim"), "mirror.example.com/hub/library/python:3.11-slim");
    assert.equal(mirrored("acme/python:1"), "mirror.example.com/hub/acme/python:1");
    assert.equal(mirrored("ghcr.io/acme/python:1"), "ghcr.io/acme/python:1");
    assert.equal(mirrored("localhost/python:1"), "localhost/python:1");
    assert.equal(fromMirror("python:3.11-slim", undefined), "python:3.11-slim");
  });
});
