import assert from "node:assert/strict";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { dependencyDigest, sourceDigest } from "../../../../components/server";
import { installation } from "../../../../provider/process/installation";
import type { InstallationInputs } from "../../../../provider/process/installationProperties";
import { environmentsFolder, serverFolder } from "../../../../provider/process/paths";
import { makeFolder, removeFolders, writeFiles } from "../../../support/folder";
import { endLaunched, launch, until, useOwnHomes } from "./support";

const DAY_MS = 24 * 3600 * 1000;

describe("installation provider", function () {
  this.timeout(30_000);
  const pathBefore = process.env.PATH;
  let source: string;

  useOwnHomes();
  beforeEach(() => {
    source = makeFolder({ "server.py": "print('one')\n", "requirements.txt": "# none\n" });
  });
  afterEach(async () => {
    process.env.PATH = pathBefore;
    await endLaunched();
  });
  after(removeFolders);

  /** The inputs as the program makes them from what is in the folder now. */
  function inputs(settings: Partial<InstallationInputs> = {}): InstallationInputs {
    const dependencyFiles = ["package-lock.json", "package.json", "requirements.txt"].filter((file) =>
      existsSync(path.join(source, file)),
    );
    return {
      server: "weather",
      instance: "weather-1",
      runtime: dependencyFiles.includes("package.json") ? "node" : "python",
      source,
      sourceDigest: sourceDigest(source),
      dependencyFiles,
      dependencyDigest: dependencyDigest(source, dependencyFiles),
      requirements: [],
      requiresRuntime: "",
      telemetry: "",
      ...settings,
    };
  }
  const create = async (settings?: Partial<InstallationInputs>) =>
    (await installation.create(inputs(settings))).outs ?? assert.fail();
  const environments = () => readdirSync(environmentsFolder()).sort();
  /** The newest release of the server that most tests install. */
  const current = () => {
    const releases = path.join(serverFolder("weather-1"), "releases");
    const byAge = existsSync(releases)
      ? readdirSync(releases).sort(
          (a, b) => statSync(path.join(releases, a)).ctimeMs - statSync(path.join(releases, b)).ctimeMs,
        )
      : [];
    return path.join(releases, byAge.at(-1) ?? "none");
  };

  /**
   * Puts a Python on PATH that takes no time: its environments are empty and it notes what it does.
   * @param version what it says it is
   * @param install what its `pip install` does, in sh
   */
  function useFakePython({ version = "3.12.1", install = "" } = {}): { calls: () => string[] } {
    const folder = makeFolder();
    const calls = path.join(folder, "calls");
    writeFileSync(calls, "");
    const python = path.join(folder, "python3");
    writeFileSync(
      python,
      `#!/bin/sh
case "$*" in
  -c*) echo ${python}; echo ${version};;
  "-m venv"*) echo venv >> ${calls}; mkdir -p "$3/bin"; ln -s ${python} "$3/bin/python";;
  *pip*) echo pip "$PWD" >> ${calls}; env > ${folder}/env; ${install};;
esac
`,
    );
    chmodSync(python, 0o755);
    for (const name of ["python", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"])
      symlinkSync(python, path.join(folder, name));
    process.env.PATH = `${folder}${path.delimiter}${pathBefore}`;
    return { calls: () => readFileSync(calls, "utf8").trim().split("\n") };
  }

  it("makes a real virtual environment outside the source, from which the server runs", async () => {
    const before = readdirSync(source);
    const outs = await create();
    assert.deepEqual(readdirSync(source), before);
    const python = path.join(current(), outs.interpreter);
    const server = launch(python, ["-c", "import sys; print(sys.prefix)"]);
    const [prefix] = (await once(server.stdout ?? assert.fail(), "data")) as [Buffer];
    assert.equal(realpathSync(prefix.toString().trim()), realpathSync(path.join(current(), ".venv")));
    assert.equal(outs.folder, serverFolder("weather-1"));
    assert.equal(path.basename(current()), outs.release);
    assert.equal((await installation.diff("id", outs, inputs())).changes, false);
  });

  it("installs a Node server's locked dependencies without running its own scripts", async () => {
    source = makeFolder({
      "index.js": "",
      "package.json": JSON.stringify({
        name: "n",
        version: "1.0.0",
        scripts: { prepare: "tsc", postinstall: "exit 1" },
      }),
      "package-lock.json": JSON.stringify({
        name: "n",
        version: "1.0.0",
        lockfileVersion: 3,
        packages: { "": { name: "n", version: "1.0.0" } },
      }),
    });
    const outs = await create();
    assert.equal(outs.interpreter, process.execPath);
    assert.ok(lstatSync(path.join(current(), "node_modules")).isSymbolicLink());
    assert.ok(existsSync(path.join(current(), "node_modules", ".")), "the link leads somewhere");
    assert.equal((await installation.diff("id", outs, inputs())).changes, false);
  });

  it("reuses the environment while the dependency files are unchanged", async () => {
    const { calls } = useFakePython();
    const first = await create();
    writeFileSync(path.join(source, "server.py"), "print('two')\n");
    assert.equal((await installation.diff("id", first, inputs())).changes, undefined);
    const second = (await installation.update("id", first, inputs())).outs ?? assert.fail();
    assert.deepEqual(calls(), ["venv", `pip ${realpathSync(source)}`]);
    assert.notEqual(second.release, first.release);
    assert.equal(readFileSync(path.join(current(), "server.py"), "utf8"), "print('two')\n");
    assert.deepEqual(
      readdirSync(path.join(serverFolder("weather-1"), "releases")).sort(),
      [first.release, second.release].sort(),
    );

    writeFileSync(path.join(source, "requirements.txt"), "# changed\n");
    const third = (await installation.update("id", second, inputs())).outs ?? assert.fail();
    assert.equal(calls().length, 4);
    assert.deepEqual(
      readdirSync(path.join(serverFolder("weather-1"), "releases")).sort(),
      [second.release, third.release].sort(),
    );
  });

  it("builds an environment once for two servers that want it at the same time", async () => {
    const { calls } = useFakePython({ install: "sleep 0.3" });
    await Promise.all([create(), create({ instance: "other-1", server: "other" })]);
    assert.equal(calls().filter((call) => call === "venv").length, 1);
    assert.equal(environments().length, 2, "the link and what it leads to");
  });

  it("gives servers that install from their own folder an environment each", async () => {
    const { calls } = useFakePython();
    writeFileSync(path.join(source, "requirements.txt"), "./lib\n");
    await create();
    writeFiles(source, { "lib/new.py": "" });
    await create();
    assert.equal(calls().filter((call) => call === "venv").length, 2);
  });

  it("says what could not be installed, and leaves nothing half made", async () => {
    writeFileSync(path.join(source, "requirements.txt"), "--no-index\nnothing-of-that-name==1.0\n");
    await assert.rejects(create(), (error: Error) => {
      assert.match(
        error.message,
        /^The dependencies of MCP server "weather" can't be installed\. `.* install .*` failed:\n/,
      );
      assert.match(error.message, / {2}\| .*No matching distribution found for nothing-of-that-name==1\.0/);
      return true;
    });
    assert.deepEqual(environments(), []);
    assert.equal(existsSync(serverFolder("weather-1")), false);
  });

  it("keeps the credentials of an index out of the error", async () => {
    useFakePython({ install: "echo tried //joe:pass@index/simple >&2; exit 1" });
    await assert.rejects(create(), /tried \/\/\[secret\]@index\/simple/);
  });

  it("tells pip nothing of the stack, and not to install elsewhere", async () => {
    process.env.PULUMI_CONFIG_PASSPHRASE = "passphrase";
    process.env.PIP_TARGET = source;
    process.env.PIP_TIMEOUT = "7";
    try {
      useFakePython();
      await create();
      const env = readFileSync(
        path.join(path.dirname(realpathSync(path.join(current(), ".venv/bin/python"))), "env"),
        "utf8",
      );
      assert.match(env, /^PIP_TIMEOUT=7$/m);
      assert.doesNotMatch(env, /PASSPHRASE|PIP_TARGET/);
    } finally {
      for (const key of ["PULUMI_CONFIG_PASSPHRASE", "PIP_TARGET", "PIP_TIMEOUT"]) delete process.env[key];
    }
  });

  it("refuses a Python that is too old", async () => {
    useFakePython({ version: "3.8.10" });
    process.env.PATH = process.env.PATH?.split(path.delimiter)[0];
    await assert.rejects(
      create(),
      /^Error: No suitable Python on PATH\. Found: 3\.8\.10 \(.*python3\)\. Allowed: >=3\.10\. Install one/,
    );
    process.env.PATH = pathBefore;
    useFakePython();
    process.env.PATH = process.env.PATH?.split(path.delimiter)[0];
    await assert.rejects(create({ requiresRuntime: ">=3.13" }), /Found: 3\.12\.1 .*Allowed: >=3\.10 and >=3\.13/);
  });

  it("refuses a Node that the server does not accept", async () => {
    writeFiles(source, { "package.json": "{}" });
    await assert.rejects(create({ requiresRuntime: ">=99" }), /^Error: No suitable Node\. Found: .*Allowed: >=99/);
  });

  it("says what to do about a cache or data folder that can't be written", async () => {
    useFakePython();
    const { XDG_CACHE_HOME: cache } = process.env;
    const blocked = makeFolder({ file: "" });
    process.env.XDG_CACHE_HOME = path.join(blocked, "file");
    await assert.rejects(
      create(),
      /^Error: The folder .*environments can't be written \(ENOTDIR.*XDG_CACHE_HOME and XDG_DATA_HOME/,
    );
    process.env.XDG_CACHE_HOME = cache;
    process.env.XDG_DATA_HOME = path.join(blocked, "file");
    await assert.rejects(create(), /^Error: The folder .*releases can't be written \(ENOTDIR/);
  });

  it("finds what an interrupted `up` left: a build, a lock, a release that no state knows of", async () => {
    const { calls } = useFakePython({ install: "echo $$ > pid; exec sleep 30" });
    const script = `require(${JSON.stringify(require.resolve("ts-node/register"))});
      require(${JSON.stringify(require.resolve("../../../../provider/process/installation"))}).installation.create(${JSON.stringify(inputs())})`;
    const deployment = launch(process.execPath, ["-e", script], { ...process.env, TS_NODE_TRANSPILE_ONLY: "true" });
    await until("pip runs", () => calls()[1]);
    deployment.kill("SIGKILL");
    await once(deployment, "exit");
    const pip = await until(
      "pip has said its pid",
      () => existsSync(path.join(source, "pid")) && readFileSync(path.join(source, "pid"), "utf8"),
    );
    process.kill(Number(pid(pip)), "SIGKILL");
    rmSync(path.join(source, "pid"));
    assert.ok(environments().some((name) => name.endsWith(".lock")));

    for (const lock of environments().filter((name) => name.endsWith(".lock"))) {
      // As 10 s later.
      utimesSync(path.join(environmentsFolder(), lock), new Date(Date.now() - 20_000), new Date(Date.now() - 20_000));
    }
    useFakePython();
    await create();
    assert.ok(existsSync(path.join(current(), ".venv/bin/python")));
  });

  it("mends an installation whose cache was removed or has moved", async () => {
    useFakePython();
    const outs = await create();
    rmSync(environmentsFolder(), { recursive: true });
    assert.equal((await installation.read("id", outs)).id, "");
    await create();
    assert.equal((await installation.read("id", outs)).id, "id");
    process.env.XDG_CACHE_HOME = makeFolder();
    await create();
    assert.ok(realpathSync(path.join(current(), ".venv")).startsWith(realpathSync(process.env.XDG_CACHE_HOME)));
  });

  it("refuses to deploy what is not what was previewed", async () => {
    useFakePython();
    const previewed = inputs();
    writeFileSync(path.join(source, "server.py"), "print('two')\n");
    await assert.rejects(
      installation.create(previewed),
      /The source of MCP server "weather" changed while it was deployed/,
    );
    assert.equal(existsSync(current()), false);
  });

  it("keeps the release that still runs after a failed update", async () => {
    useFakePython();
    const first = await create();
    const cwd = path.join(serverFolder("weather-1"), "releases", first.release);
    writeFileSync(
      path.join(serverFolder("weather-1"), "run.json"),
      JSON.stringify({ generation: "g", cwd, supervisor: { pid: 2, started: "x" } }),
    );
    writeFileSync(path.join(source, "server.py"), "print('two')\n");
    const second = (await installation.update("id", first, inputs())).outs ?? assert.fail();
    writeFileSync(path.join(source, "server.py"), "print('three')\n");
    await installation.update("id", second, inputs());
    assert.ok(existsSync(cwd));
  });

  it("prunes environments that nobody has used for long, and no other", async () => {
    useFakePython();
    await create();
    const [used] = environments();
    writeFileSync(path.join(source, "requirements.txt"), "# other\n");
    const { instance } = await create({ instance: "other-1" });
    await installation.delete("id", await create({ instance: "other-1" }));
    assert.equal(existsSync(serverFolder(instance)), false);
    writeFiles(environmentsFolder(), { "notes/of-the-user": "", "python-0123456789abcdef.01234567/left": "" });
    assert.equal(environments().length, 6);
    const long = new Date(Date.now() - 40 * DAY_MS);
    for (const name of environments()) utimesSync(path.join(environmentsFolder(), name), long, long);

    writeFileSync(path.join(source, "requirements.txt"), "# third\n");
    await create({ instance: "third-1" });
    assert.equal(environments().length, 5, "the first server's, the third's, and the user's own");
    assert.ok(
      used && environments().includes(used),
      "the first server was deployed 40 days ago and still has its environment",
    );
    assert.ok(existsSync(path.join(current(), ".venv/bin/python")));
    assert.ok(environments().includes("notes"));
  });

  it("removes the server's folder, whole", async () => {
    useFakePython();
    const outs = await create();
    await installation.delete("id", outs);
    assert.equal(existsSync(serverFolder("weather-1")), false);
    assert.equal((await installation.read("id", outs)).id, "");
  });

  it("changes with what it is made of, unknown values included", async () => {
    useFakePython();
    const outs = await create();
    const changes = async (news: object) => (await installation.diff("id", outs, { ...inputs(), ...news })).changes;
    assert.equal(await changes({}), false);
    assert.equal(await changes({ server: "renamed" }), false);
    assert.equal(await changes({ requirements: ["04da6b54-80e4-46f7-96ec-b56ff0331ba9"] }), undefined);
    assert.equal(await changes({ requiresRuntime: ">=3.11" }), undefined);
    assert.deepEqual(await installation.diff("id", outs, inputs({ instance: "moved-1" })), {
      changes: true,
      replaces: ["instance"],
      deleteBeforeReplace: true,
    });
  });
});

const pid = (text: string): string => text.trim();
