import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type Engine, EngineError, obtainEngine } from "../../cli/engine";
import { isChanged } from "../../cli/engineEvents";
import { OperationError } from "../../cli/errors";
import { operate, stackOutputs } from "../../cli/operate";
import type { UserPaths } from "../../cli/paths";
import { openSession, type Session } from "../../cli/session";
import { removeTempFolders, tempFolder, tempPaths } from "../unit/cli/support";

const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
module.exports = async () => {
  const config = new pulumi.Config();
  // Without a stack: Node needs 15 s to colour one like this, https://github.com/nodejs/node/issues/64011.
  const error = new pulumi.RunError("mcp:servers[0].port: " + config.get("fail"));
  if (config.get("fail")) throw Object.assign(error, { stack: "" });
  class Box extends pulumi.ComponentResource {
    constructor(name) { super("test:index:Box", name); this.registerOutputs({}); }
  }
  new Box(config.require("name"));
  return { servers: { one: { target: "process", url: "http://127.0.0.1:1/mcp", tools: [] } }, key: pulumi.secret("hidden") };
};
`;

const SETTINGS = "# The name of the box.\nconfig:\n  tiny:name: red\n";

/** A project of one component, with the dependencies of this one. */
function tinyProject(): string {
  const root = tempFolder();
  writeFileSync(join(root, "Pulumi.yaml"), "name: tiny\nmain: index.js\nruntime: nodejs\n");
  writeFileSync(join(root, "Pulumi.local.yaml"), SETTINGS);
  writeFileSync(join(root, "package.json"), '{ "name": "tiny", "dependencies": { "@pulumi/pulumi": "*" } }');
  writeFileSync(join(root, "index.js"), PROGRAM);
  symlinkSync(join(__dirname, "../../node_modules"), join(root, "node_modules"));
  return root;
}

describe("the scripts on a real engine", function () {
  this.timeout(120_000);
  const saved = { ...process.env };
  const said: string[] = [];
  let engine: Engine;
  let root: string;
  let paths: UserPaths;

  const sink = { line: (text: string) => said.push(text), status: () => {} };
  const open = (as: Engine = engine): Promise<Session> =>
    openSession({ stack: "local", root, program: join(root, "index.js"), paths, engine: as, say: sink.line });
  const settings = (text: string) => writeFileSync(join(root, "Pulumi.local.yaml"), text);

  before(async function () {
    try {
      engine = await obtainEngine({ attempts: [] });
    } catch (error) {
      if (error instanceof EngineError) return this.skip();
      throw error;
    }
    for (const name of Object.keys(process.env)) if (name.startsWith("PULUMI_")) delete process.env[name];
    process.env.PULUMI_HOME = tempFolder();
    root = tinyProject();
    paths = tempPaths();
  });

  beforeEach(() => {
    said.length = 0;
    settings(SETTINGS);
  });

  after(() => {
    // In place: modules that were loaded before hold on to the object.
    for (const key of Object.keys(process.env)) if (!(key in saved)) delete process.env[key];
    Object.assign(process.env, saved);
    removeTempFolders();
  });

  it("creates the stack on first use and deploys, in the user's folder, the clone left clean", async () => {
    const session = await open();
    const { changes } = await operate(session, "up", { sink, create: true });
    assert.deepEqual(changes, { create: 2 });
    assert.ok(said.includes(`State lives on this machine: ${join(paths.data, "state")}`));
    assert.ok(said.includes("Created stack local."));
    assert.ok(said.some((line) => line.startsWith(" + test:index:Box red")));
    assert.deepEqual(await stackOutputs(session), {
      key: "[secret]",
      servers: { one: { target: "process", url: "http://127.0.0.1:1/mcp", tools: [] } },
    });
    assert.equal(readFileSync(join(root, "Pulumi.local.yaml"), "utf8"), SETTINGS);
    const state = readFileSync(join(paths.data, "state/.pulumi/stacks/tiny/local.json"), "utf8");
    assert.equal(state.includes("hidden"), false);
  });

  it("finds nothing to change the second time", async () => {
    const { changes } = await operate(await open(), "up", { sink });
    assert.deepEqual(changes, { same: 2 });
    assert.equal(isChanged(changes), false);
    assert.deepEqual(said, []);
  });

  it("sees the same stack with the language host and without", async function () {
    if (!engine.languageHost) this.skip();
    for (const languageHost of [true, false]) {
      const { changes } = await operate(await open({ ...engine, languageHost }), "preview", { sink });
      assert.deepEqual(changes, { same: 2 });
    }
  });

  it("previews as lines, and as the engine's own JSON", async () => {
    settings(SETTINGS.replace("red", "blue"));
    const session = await open();
    const { changes } = await operate(session, "preview", { sink });
    assert.deepEqual(changes, { create: 1, delete: 1, same: 1 });
    assert.deepEqual(said.sort(), [" + test:index:Box blue", " - test:index:Box red"]);
    let json = "";
    const take = (text: string) => {
      json += text;
    };
    await operate(session, "preview", { sink, output: { form: "--json", take } });
    assert.deepEqual(JSON.parse(json).changeSummary, { create: 1, delete: 1, same: 1 });
  });

  it("gives the program's own error, once", async () => {
    settings(`${SETTINGS}  tiny:fail: not a port\n`);
    await assert.rejects(operate(await open(), "up", { sink }), (error: unknown) => {
      assert.ok(error instanceof OperationError);
      assert.deepEqual(error.errors, ["mcp:servers[0].port: not a port"]);
      return true;
    });
  });

  it("gets past the lock of a killed engine", async () => {
    const locks = join(paths.data, "state/.pulumi/locks/organization/tiny/local");
    mkdirSync(locks, { recursive: true });
    const { pid } = spawnSync(process.execPath, ["--version"]);
    const lock = { pid, username: "me", hostname: hostname(), timestamp: new Date().toISOString() };
    writeFileSync(join(locks, "11111111-1111-1111-1111-111111111111.json"), JSON.stringify(lock));
    const { changes } = await operate(await open(), "up", { sink });
    assert.deepEqual(changes, { same: 2 });
    assert.match(said.join("\n"), new RegExp(`^Removed the lock of a run that was killed \\(process ${pid}, `));
  });

  it("does not select the stack for the user's own pulumi commands", async () => {
    assert.equal(existsSync(join(process.env.PULUMI_HOME ?? "", "workspaces")), false);
  });

  it("destroys, and says what it is when the stack is not there", async () => {
    const session = await open();
    const { changes } = await operate(session, "destroy", { sink });
    assert.deepEqual(changes, { delete: 2 });
    await session.pulumi(["stack", "rm", "--yes", "--preserve-config", "--stack", "local"]);
    await assert.rejects(stackOutputs(session), /The stack local is not deployed: .*\n {2}fix: npx mcp-deploy up$/);
    assert.equal(readFileSync(join(root, "Pulumi.local.yaml"), "utf8"), SETTINGS);
  });
});
