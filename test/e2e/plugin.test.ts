import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { VERSION } from "../../common/version";
import { declaring } from "../support/declared";
import { makeFolder, removeFolders } from "../support/folder";
import { commandLines, hostMissing, PulumiProject } from "../support/pulumiProject";
import { quickServer } from "../support/quickServer";
import { freePort, REPOSITORY } from "../support/stack";

describe("the plugin of a project in JavaScript, on the real engine", function () {
  this.timeout(300_000);
  const plugins = (project: PulumiProject) => path.join(project.env.PULUMI_HOME ?? "", "plugins");
  /** A file in the launcher's place keeps even root from writing it. */
  const bar = (project: PulumiProject) => {
    rmSync(plugins(project), { recursive: true, force: true });
    mkdirSync(plugins(project), { recursive: true });
    writeFileSync(path.join(plugins(project), `resource-mcp-v${VERSION}`), "");
  };
  const make = async (env: Record<string, string> = {}) => {
    const properties = { source: quickServer(), transport: "http", port: await freePort(), telemetry: false };
    const project = new PulumiProject(
      declaring("nodejs", { web: { type: "mcp:McpProcess", properties } }, [], REPOSITORY),
      env,
    );
    await project.init();
    return project;
  };

  before(async function () {
    const missing = await hostMissing("nodejs");
    if (missing) this.skip();
  });
  after(removeFolders);

  it("is that of its own version, though another project of this machine deploys with another at the same time", async () => {
    const one = await make();
    const other = await make({ PULUMI_HOME: String(one.env.PULUMI_HOME) });
    const copy = otherVersion("9.9.9");
    const link = path.join(other.root, "node_modules", "pulumi-mcp-deploy");
    rmSync(link);
    symlinkSync(copy, link);
    const lines = await commandLines(async () => {
      await Promise.all([one, other].map((project) => project.succeed("up", "--yes", "--skip-preview")));
    });
    const installed = readdirSync(plugins(one)).filter((name) => !name.includes(".lastused"));
    assert.deepEqual(installed.sort(), [`resource-mcp-v${VERSION}`, "resource-mcp-v9.9.9"].sort());
    assert.ok(
      [...lines].some((line) => line.includes(path.join(other.root, "node_modules/pulumi-mcp-deploy/dist/provider"))),
      "the other version's provider did not run",
    );
    for (const [project, version] of [
      [one, VERSION],
      [other, "9.9.9"],
    ] as const) {
      const state = JSON.parse(await project.succeed("stack", "export"));
      const provider = state.deployment.resources.find(({ type }: { type: string }) => type === "pulumi:providers:mcp");
      assert.equal(provider.inputs.version, version);
      await project.succeed("destroy", "--yes", "--skip-preview");
    }
  });

  it("is found where Pulumi.yaml names it: on a machine where the program has never run, and where nothing can be written", async () => {
    const project = await make();
    await project.succeed("up", "--yes", "--skip-preview");
    const file = path.join(project.root, "Pulumi.yaml");
    const entry = { name: "mcp", path: "node_modules/pulumi-mcp-deploy/provider/bin" };
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), plugins: { providers: [entry] } }));
    rmSync(plugins(project), { recursive: true });
    assert.match(await project.succeed("refresh", "--yes", "--skip-preview"), /5 unchanged/);
    bar(project);
    assert.match(await project.succeed("up", "--yes", "--skip-preview"), /5 unchanged/);
    await project.succeed("destroy", "--yes", "--skip-preview");
  });

  it("can't be put where Pulumi looks: the error says what to do, and nothing is downloaded", async () => {
    const project = await make();
    bar(project);
    const { code, said } = await project.run("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(said, /can't be put where Pulumi looks for it: EEXIST/);
    assert.match(said, /fix: +make it writable, set PULUMI_HOME to another folder, or add to Pulumi\.yaml:/);
    assert.doesNotMatch(said, /download/);
  });
});

/** This package under another version, as another project may have installed it. */
function otherVersion(version: string): string {
  const copy = makeFolder();
  const manifest = JSON.parse(readFileSync(path.join(REPOSITORY, "package.json"), "utf8"));
  for (const part of ["dist", "runtime", "provider/bin", "schema.json"]) {
    cpSync(path.join(REPOSITORY, part), path.join(copy, part), {
      recursive: true,
      filter: (file) => !file.includes("node_modules"),
    });
  }
  writeFileSync(path.join(copy, "package.json"), JSON.stringify({ ...manifest, version }, null, 2));
  symlinkSync(path.join(REPOSITORY, "node_modules"), path.join(copy, "node_modules"));
  return copy;
}
