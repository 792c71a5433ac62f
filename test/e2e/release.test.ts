import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { obtainEngine } from "../../cli/engine";
import { packPlugin } from "../../generate/plugin";
import { makeFolder, removeFolders } from "../support/folder";
import { needLanguage } from "../support/languages";
import { type Packed, pack, run } from "../support/packed";
import { example, REPOSITORY } from "../support/stack";

const read = (file: string): string => readFileSync(path.join(REPOSITORY, file), "utf8");
const { name: NAME, version: VERSION } = JSON.parse(read("package.json"));

describe("a release", function () {
  this.timeout(600_000);
  let packed: Packed;
  before(async () => {
    packed = await pack();
  });
  after(removeFolders);

  it("is a package that npm would publish", async () => {
    const args = ["publish", "--dry-run", "--json", "--ignore-scripts", packed.file];
    const { stdout } = await run("npm", args, { cwd: makeFolder() });
    const said = JSON.parse(stdout);
    assert.equal((said[NAME] ?? said).id, `${NAME}@${VERSION}`);
  });

  it("has nothing that publint objects to", async () => {
    const { publint } = await import("publint");
    const { buffer, byteOffset, byteLength } = readFileSync(packed.file);
    const tarball = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    const { messages } = await publint({ pack: { tarball }, strict: true });
    assert.deepEqual(messages, []);
  });

  it("takes its version and its changelog from what the changes say", async () => {
    const folder = makeFolder({
      ".changeset/a.md": `---\n"${NAME}": minor\n---\n\nA new setting.\n`,
      ".changeset/b.md": `---\n"${NAME}": patch\n---\n\nA mended fault.\n`,
    });
    for (const file of [".changeset/config.json", "package.json", "package-lock.json", "CHANGELOG.md"]) {
      cpSync(path.join(REPOSITORY, file), path.join(folder, file));
    }
    symlinkSync(path.join(REPOSITORY, "node_modules"), path.join(folder, "node_modules"));
    await run("git", ["init", "--quiet"], { cwd: folder });
    await run("node", ["node_modules/@changesets/cli/bin.js", "version"], { cwd: folder });

    const [major, minor] = VERSION.split(".").map(Number);
    const next = `${major}.${minor + 1}.0`;
    assert.equal(JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")).version, next);
    const section = `## ${next}\n\n### Minor Changes\n\n- A new setting.\n\n### Patch Changes\n\n- A mended fault.\n\n## `;
    const expected = read("CHANGELOG.md").replace("## ", section);
    assert.equal(readFileSync(path.join(folder, "CHANGELOG.md"), "utf8"), expected);
    assert.ok(!existsSync(path.join(folder, ".changeset/a.md")));
  });

  describe("of the plugin", () => {
    let user: User;
    before(async () => {
      const archives = packPlugin(packed.file, makeFolder());
      const [archive = ""] = archives;
      assert.deepEqual(
        archives.map((file) => path.basename(file)),
        ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64"].map(
          (platform) => `pulumi-resource-mcp-v${VERSION}-${platform}.tar.gz`,
        ),
      );
      user = new User(path.dirname((await obtainEngine()).binary));
      await user.pulumi(user.home, ["plugin", "install", "resource", "mcp", VERSION, "--file", archive]);
    });

    it("starts from what Pulumi unpacks, with the schema of this version", async () => {
      const folder = path.join(user.home, "plugins", `resource-mcp-v${VERSION}`);
      assert.ok(!existsSync(path.join(folder, "PulumiPlugin.yaml")));
      assert.ok(!existsSync(path.join(folder, "node_modules", "typescript")));
      const { name, version, resources } = JSON.parse(
        await user.pulumi(makeFolder(), ["package", "get-schema", `mcp@${VERSION}`]),
      );
      const schema = JSON.parse(read("schema.json"));
      assert.deepEqual([name, version], ["mcp", VERSION]);
      assert.deepEqual(Object.keys(resources).sort(), Object.keys(schema.resources).sort());
    });

    it("serves a fresh project in YAML", async function () {
      user.path.push(await needLanguage(this, "yaml"));
      const program = {
        resources: { simple: { type: "mcp:McpProcess", properties: { source: example("simple-server") } } },
      };
      const project = makeFolder({ "Pulumi.yaml": JSON.stringify({ name: "fresh", runtime: "yaml", ...program }) });
      assert.ok((await user.preview(project, "yaml")).includes("mcp:index:McpProcess::simple"));
    });

    it("serves a fresh project in Python", async function () {
      user.path.push(await needLanguage(this, "python"));
      const source = JSON.stringify(example("simple-server"));
      const project = makeFolder({
        "Pulumi.yaml": "name: fresh\nruntime: { name: python, options: { toolchain: pip, virtualenv: venv } }\n",
        "requirements.txt": "pulumi>=3,<4\n",
        "__main__.py": `from pulumi_mcp_deploy import McpProcess\n\nMcpProcess("simple", source=${source})\n`,
      });
      await user.pulumi(project, ["package", "add", `mcp@${VERSION}`]);
      assert.ok((await user.preview(project, "python")).includes("mcp:index:McpProcess::simple"));
    });
  });
});

/** Somebody with an engine, a home of Pulumi's and a backend of their own, who has nothing of this repository. */
class User {
  readonly home = makeFolder();
  readonly path: string[];

  constructor(engine: string) {
    mkdirSync(path.join(this.home, "state"));
    this.path = [engine];
  }

  async pulumi(cwd: string, args: string[]): Promise<string> {
    const env = {
      ...process.env,
      PATH: [...this.path, process.env.PATH].join(path.delimiter),
      PULUMI_HOME: this.home,
      PULUMI_BACKEND_URL: `file://${this.home}/state`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    return (await run("pulumi", args, { cwd, env })).stdout;
  }

  /** The resources that the first deployment of a project would make. */
  async preview(project: string, stack: string): Promise<string[]> {
    await this.pulumi(project, ["stack", "init", stack]);
    const { steps } = JSON.parse(await this.pulumi(project, ["preview", "--json"]));
    return steps.map(({ urn }: { urn: string }) => urn.split("::").slice(2).join("::"));
  }
}
