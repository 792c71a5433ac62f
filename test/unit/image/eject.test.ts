import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { contextFiles } from "../../../components/image/context";
import { checkDockerfile, findDockerfile } from "../../../components/image/ownDockerfile";
import { telemetryAddition } from "../../../components/image/telemetry";
import { resolve } from "../../../components/server";
import { commandLine } from "../../support/commandLine";
import { makeFolder, removeFolders } from "../../support/folder";
import { dockerfileOf, PYTHON } from "./support";

const PROJECT = "name: mcp\nruntime: nodejs\n";
const STACK = `config:
  mcp:target: docker
  mcp:image:
    refresh: "2026-11"
  mcp:servers:
    - name: weather
      source: servers/weather
      port: 9000
      secrets: [API_KEY]
      image: { securityUpdates: true, buildSecrets: [PIP_INDEX_URL] }
`;

const eject = (root: string, ...argv: string[]) => commandLine(root, "eject", ...argv);

describe("eject", () => {
  after(removeFolders);

  const project = (files: Record<string, string> = PYTHON) =>
    makeFolder({
      "Pulumi.yaml": PROJECT,
      "Pulumi.dev.yaml": STACK,
      ...Object.fromEntries(Object.entries(files).map(([file, text]) => [`servers/weather/${file}`, text])),
    });
  const read = (root: string, file: string) => readFileSync(path.join(root, "servers/weather", file), "utf8");

  it("writes the Dockerfile of the stack's settings, which McpImage takes from then on", async () => {
    const root = project();
    const source = path.join(root, "servers/weather");
    const settings = { refresh: "2026-11", securityUpdates: true };
    const expected = dockerfileOf(resolve("weather", { source, port: 9000 }), settings, {
      buildSecrets: ["PIP_INDEX_URL"],
    });
    const layer = telemetryAddition({ runtime: "python" }).files.map((file) => file.path);
    const { code, out } = await eject(root, "--server", "weather");
    assert.equal(code, 0);
    assert.equal(
      out,
      `wrote ${path.join("servers/weather/Dockerfile")}\nwrote ${path.join("servers/weather/.dockerignore")}\n` +
        `wrote ${path.join("servers/weather/.mcp-telemetry")} (${layer.length} files)\n` +
        "The image of weather is built from them from now on: npx mcp-deploy up --stack dev\n",
    );
    assert.equal(read(root, "Dockerfile").split("\n").slice(1).join("\n"), expected.split("\n").slice(1).join("\n"));

    const server = resolve("weather", { source, port: 9000 });
    const own = findDockerfile(server, undefined);
    assert.equal(own?.text, read(root, "Dockerfile"));
    assert.deepEqual(own && checkDockerfile(own, {}, ["PIP_INDEX_URL"]), { problems: [], warnings: [] });
    const files = contextFiles(server, true).map((file) => file.path);
    assert.deepEqual(files, [...layer, "requirements.txt", "server.py"]);
    assert.equal(server.telemetry, true);
  });

  it("writes the default Dockerfile of a folder, whose settings stand in no config", async () => {
    const root = makeFolder(PYTHON);
    assert.deepEqual((await eject(root, ".")).code, 0);
    const expected = dockerfileOf(resolve(path.basename(root).toLowerCase(), { source: root }), {}, {});
    const text = readFileSync(path.join(root, "Dockerfile"), "utf8");
    assert.equal(text.split("\n").slice(1).join("\n"), expected.split("\n").slice(1).join("\n"));
  });

  it("keeps secrets out of a build by hand, too", async () => {
    const root = project();
    await eject(root, "--server", "weather");
    const lines = read(root, ".dockerignore").split("\n");
    for (const line of ["**/.env*", "**/.npmrc", "**/.git", "**/node_modules", "logs"])
      assert.ok(lines.includes(line), line);
  });

  it("overwrites nothing", async () => {
    const root = project({ ...PYTHON, Dockerfile: "FROM python:3.11\n" });
    const { code, err } = await eject(root, "--server", "weather");
    assert.equal(code, 1);
    assert.match(err, /has a Dockerfile of its own, which is not overwritten/);
    assert.equal(read(root, "Dockerfile"), "FROM python:3.11\n");

    const ignoring = project({ ...PYTHON, ".dockerignore": "docs\n" });
    assert.equal((await eject(ignoring, "--server", "weather")).code, 0);
    assert.equal(read(ignoring, ".dockerignore"), "docs\n");
  });

  it("writes the requirements that the folder declares elsewhere, for a build by hand", async () => {
    const pyproject = '[project]\nname = "weather"\nversion = "1"\ndependencies = ["fastmcp==4.1.2"]\n';
    const root = project({ "server.py": PYTHON["server.py"], "pyproject.toml": pyproject });
    await eject(root, "--server", "weather");
    assert.equal(read(root, "requirements.txt"), "fastmcp==4.1.2\n");
  });

  it("refuses a server whose image is not built", async () => {
    const image = "image: { reference: ghcr.io/acme/weather:1.4.2 }\n";
    for (const entry of [image, `source: servers/weather\n      ${image}`]) {
      const stack = `config:\n  mcp:servers:\n    - name: weather\n      ${entry}`;
      const root = makeFolder({
        "Pulumi.yaml": PROJECT,
        "Pulumi.dev.yaml": stack,
        "servers/weather/server.py": PYTHON["server.py"],
      });
      const { code, out, err } = await eject(root, "--server", "weather");
      assert.deepEqual(
        [code, out, err],
        [
          1,
          "",
          "error: eject: the server's image is not built, so there is no Dockerfile to take over\n" +
            "  got:     image.reference: ghcr.io/acme/weather:1.4.2\n" +
            "  fix:     set `source` and remove image.reference, to have the image built\n",
        ],
      );
    }
  });

  it("names what it does not know", async () => {
    const root = project();
    assert.match(
      (await eject(root, "--server", "wether")).err,
      /no server wether in the stack dev\.\n {2}known: weather/,
    );
    assert.match(
      (await eject(root, "--server", "weather", "--stack", "dve")).err,
      /Unknown stack dve\. Did you mean dev\?/,
    );
    assert.match((await eject(root)).err, /^error: Which server\? npx mcp-deploy eject FOLDER, or --server NAME/);
    assert.equal(existsSync(path.join(root, "servers/weather/Dockerfile")), false);
  });
});
