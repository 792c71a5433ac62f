import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { program } from "../../../cli/main";
import { refuseSwallowed } from "../../../cli/npm";
import { commandLine } from "../../support/commandLine";
import { makeFolder, removeFolders } from "../../support/folder";
import { REPOSITORY } from "../../support/stack";

const names = program([]).commands.map((command) => command.name());
const run = (...argv: string[]) => commandLine(REPOSITORY, ...argv);

describe("the command line", () => {
  after(removeFolders);

  it("lists every command with what it does, and loads none of them for that", async () => {
    const { code, out } = await run("--help");
    assert.equal(code, 0);
    for (const name of names) assert.match(out, new RegExp(`^  ${name} .*  [a-z]`, "m"));
    const script = `require("./dist/cli/main.js").execute(["--help"]).then(() => {
      console.log(Object.keys(require.cache).filter((file) => /pulumi.(pulumi|kubernetes)|cli.(up|session)/.test(file)).length);
    })`;
    const told = execFileSync(process.execPath, ["-e", script], { cwd: REPOSITORY, encoding: "utf8" });
    assert.equal(told.trimEnd().split("\n").at(-1), "0");
  });

  for (const name of names.filter((one) => one !== "pulumi")) {
    it(`${name} explains itself, and refuses an option that it does not know`, async () => {
      const help = await run(name, "--help");
      assert.deepEqual([help.code, help.err], [0, ""]);
      assert.match(help.out, new RegExp(`^Usage: mcp-deploy ${name} `));
      const unknown = await run(name, "--helpp");
      assert.deepEqual([unknown.code, unknown.out], [1, ""]);
      assert.match(unknown.err, /^error: unknown option '--helpp'\n\(Did you mean --help\?\)\n/);
    });
  }

  it("names the nearest of the commands and options that there are", async () => {
    assert.match((await run("stauts")).err, /unknown command 'stauts'\n\(Did you mean status\?\)/);
    assert.match((await run("up", "--stak", "dev")).err, /unknown option '--stak'\n\(Did you mean --stack\?\)/);
  });

  it("refuses stray arguments, missing values and values that are not taken", async () => {
    const stray = await run("up", "dev");
    assert.match(stray.err, /too many arguments[\s\S]*A stack is named like this: npx mcp-deploy up --stack NAME/);
    assert.match((await run("up", "--stack")).err, /option '-s, --stack <name>' argument missing/);
    assert.match(
      (await run("up", "--stack", "--yes")).err,
      /argument '--yes' is invalid. It needs the name of a stack/,
    );
    assert.match((await run("clients", "--client", "curser")).err, /Allowed choices are claudeDesktop, claudeCode/);
  });

  it("needs a Pulumi project, and finds it from a folder inside", async () => {
    const folder = makeFolder({ "deep/inside/a.txt": "" });
    const deep = path.join(folder, "deep", "inside");
    assert.match((await commandLine(deep, "outputs")).err, /^error: This is no Pulumi project: neither .*inside nor/);
  });

  it("is the package's bin, and every script of npm a thin entry to it", () => {
    const { bin, scripts } = JSON.parse(readFileSync(path.join(REPOSITORY, "package.json"), "utf8"));
    assert.deepEqual(bin, { "mcp-deploy": "dist/cli/main.js" });
    assert.match(readFileSync(path.join(REPOSITORY, bin["mcp-deploy"]), "utf8"), /^#!\/usr\/bin\/env node\n/);
    for (const name of names) assert.equal(scripts[name], `node cli/bootstrap.mjs ${name}`);
  });
});

describe("options that npm took for its own", () => {
  /** Gives a command line while npm has set what it took. */
  const swallowed = (env: NodeJS.ProcessEnv, name: string, ...argv: string[]) => {
    const command = program([name]).commands.find((one) => one.name() === name) ?? assert.fail();
    command.parseOptions(argv);
    refuseSwallowed(command, env);
  };
  const refused = (option: string, right: string, ...given: Parameters<typeof swallowed>) =>
    assert.throws(() => swallowed(...given), {
      message: `npm kept --${option} for itself. Put -- before the options: ${right}`,
    });

  it("are noticed: without them another stack would be deployed to, or a flag be missing without a word", () => {
    refused("stack", "npx mcp-deploy destroy --stack <name>", { npm_config_stack: "prod" }, "destroy");
    refused("follow", "npx mcp-deploy logs --follow", { npm_config_follow: "true" }, "logs", "--stack", "dev");
    swallowed({ npm_config_stack: "prod" }, "destroy", "--stack", "dev");
  });

  it("are left alone where they are settings of npm", () => {
    swallowed({ npm_config_cert: "c.pem", npm_config_json: "true", npm_config_yes: "true" }, "render");
  });

  it("are put right as npm wants it for whoever came by npm", () => {
    process.env.npm_lifecycle_script = "node cli/bootstrap.mjs destroy";
    try {
      refused("stack", "npm run destroy -- --stack <name>", { npm_config_stack: "prod" }, "destroy");
    } finally {
      delete process.env.npm_lifecycle_script;
    }
  });
});
