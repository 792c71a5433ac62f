import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ensurePlugin } from "../../../common/plugin";
import { VERSION } from "../../../common/version";
import { makeFolder, removeFolders, writeFiles } from "../../support/folder";

const exec = promisify(execFile);
const REPOSITORY = path.resolve(__dirname, "../../..");

describe("the launcher of the plugin", () => {
  const folder = path.join("plugins", `resource-mcp-v${VERSION}`);
  const put = (home = makeFolder()) => {
    ensurePlugin({ PULUMI_HOME: home });
    return path.join(home, folder, "pulumi-resource-mcp");
  };
  /** A project with a package whose provider says where it is. */
  const project = (version: string) =>
    makeFolder({
      "node_modules/pulumi-mcp-deploy/package.json": JSON.stringify({ name: "pulumi-mcp-deploy", version }, null, 2),
      "node_modules/pulumi-mcp-deploy/dist/provider/main.js": "console.log(__filename, ...process.argv.slice(2))",
    });
  after(removeFolders);

  it("is put where the engine looks for this very version, into a folder that need not be there", () => {
    const home = path.join(makeFolder(), "it's new", "home");
    const file = put(home);
    assert.equal((statSync(file).mode & 0o777).toString(8), "755");
    assert.deepEqual(readdirSync(path.join(home, "plugins")), [path.basename(folder)]);
  });

  it("is put into the home that the system knows, which the engine takes, whatever HOME says", async () => {
    const script = `console.log(require("${REPOSITORY}/dist/common/pulumiHome.js").pulumiHome())`;
    const env = { ...process.env, NODE_OPTIONS: "", PULUMI_HOME: "", HOME: makeFolder() };
    const { stdout } = await exec(process.execPath, ["-e", script], { env });
    assert.equal(stdout.trim(), path.join(userInfo().homedir, ".pulumi"));
  });

  it("is left alone where it is right, and replaced where another installation has put one", () => {
    const file = put();
    const { mtimeMs, ino } = statSync(file);
    const home = path.resolve(file, "../../..");
    put(home);
    assert.deepEqual([statSync(file).mtimeMs, statSync(file).ino], [mtimeMs, ino]);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replaceAll(REPOSITORY, "/elsewhere"));
    put(home);
    assert.equal(readFileSync(file, "utf8"), text);
  });

  it("is put by several runs at once, whole", async () => {
    const home = makeFolder();
    const script = `require("${REPOSITORY}/dist/common/plugin.js").ensurePlugin()`;
    const env = { ...process.env, NODE_OPTIONS: "", PULUMI_HOME: home };
    await Promise.all([1, 2, 3, 4, 5].map(() => exec(process.execPath, ["-e", script], { env })));
    assert.deepEqual(readdirSync(path.join(home, "plugins")), [path.basename(folder)]);
  });

  it("starts the provider of the project's own installation, without Node on PATH", async () => {
    const cwd = project(VERSION);
    const { stdout } = await exec(put(), ["127.0.0.1:1"], { cwd, env: { PATH: "/usr/bin:/bin" } });
    assert.equal(
      stdout.trim(),
      `${path.join(cwd, "node_modules/pulumi-mcp-deploy/dist/provider/main.js")} 127.0.0.1:1`,
    );
  });

  it("starts the one that put it there, where the project has another version or none", async () => {
    for (const cwd of [project("9.9.9"), makeFolder()]) {
      const provider = spawn(put(), [], { cwd, stdio: ["ignore", "pipe", "inherit"] });
      const [port] = (await once(provider.stdout, "data")) as [Buffer];
      provider.kill();
      assert.match(port.toString(), /^\d+\n$/);
    }
  });

  it("says how to mend it when neither is there any more", async () => {
    const file = put();
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(REPOSITORY, "/nowhere"));
    await assert.rejects(exec(file, [], { cwd: makeFolder() }), {
      code: 1,
      stderr: new RegExp(
        `^pulumi-mcp-deploy ${VERSION} is neither in .*, /nowhere\\.\n  fix: npm install in the project`,
      ),
    });
  });

  it("can't be put: says so, and what to do, unless the project names the plugin", async () => {
    const home = path.join(makeFolder({ file: "" }), "file");
    assert.throws(() => ensurePlugin({ PULUMI_HOME: home }), {
      message: new RegExp(
        `^PULUMI_HOME: the plugin of pulumi-mcp-deploy ${VERSION} can't be put where Pulumi looks for it: ENOTDIR.*\n` +
          `.*got: +${home}/.*\n.*allowed: .*\n.*fix: [^]*- \\{ name: mcp, path: ${REPOSITORY}/provider/bin \\}$`,
      ),
    });
    const before = process.cwd();
    const named = makeFolder({ "sub/x": "" });
    writeFiles(named, { "Pulumi.yaml": "name: a\nplugins: { providers: [{ name: mcp, path: somewhere }] }\n" });
    process.chdir(path.join(named, "sub"));
    try {
      ensurePlugin({ PULUMI_HOME: home });
    } finally {
      process.chdir(before);
    }
  });

  it("is not needed by the plugin itself, which may have been found elsewhere", async () => {
    const home = path.join(makeFolder({ file: "" }), "file");
    const script = `const plugin = require("${REPOSITORY}/dist/common/plugin.js"); plugin.beThePlugin(); plugin.ensurePlugin();`;
    await exec(process.execPath, ["-e", script], { env: { ...process.env, NODE_OPTIONS: "", PULUMI_HOME: home } });
  });

  it("is put under the repository's name where the engine has cloned this package itself", async () => {
    const repository = "resource-example.org_owner_repository.git";
    const home = makeFolder();
    const clone = path.join(makeFolder(), `${repository}-v0.0.0-x${"4430606d".repeat(5)}`);
    mkdirSync(path.join(clone, "dist"), { recursive: true });
    cpSync(path.join(REPOSITORY, "dist/common"), path.join(clone, "dist/common"), { recursive: true });
    cpSync(path.join(REPOSITORY, "package.json"), path.join(clone, "package.json"));
    const script = `const plugin = require("${clone}/dist/common/plugin.js"); plugin.beThePlugin(); plugin.ensurePlugin();`;
    await exec(process.execPath, ["-e", script], { env: { ...process.env, NODE_OPTIONS: "", PULUMI_HOME: home } });
    const plugins = path.join(home, "plugins");
    assert.deepEqual(readdirSync(plugins), [`${repository}-v${VERSION}`]);
    assert.deepEqual(readdirSync(path.join(plugins, `${repository}-v${VERSION}`)), [`pulumi-${repository}`]);
  });
});
