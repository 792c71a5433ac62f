import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ENGINE_VERSION, EngineError, OLDEST_ENGINE, obtainEngine } from "../../../cli/engine";
import type { Attempt, AttemptContext } from "../../../cli/engineInstall";
import { failing, removeTempFolders, silentProgress, tempFolder, tempPaths } from "./support";

/** The newest version that is too old. */
const TOO_OLD = "3.219.9";

/** Puts a file that passes for an engine of a version; `probe` reads it. */
function putEngine(bin: string, version: string, file = "pulumi"): void {
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, file), version, { mode: 0o755 });
}

const probe = async (binary: string) => readFileSync(binary, "utf8");

/** An attempt that succeeds, slowly enough to be met by a second run. */
function working(name: string, runs: string[], milliseconds = 0): Attempt {
  return {
    name,
    fix: "none needed",
    async run({ root, version }: AttemptContext) {
      runs.push(name);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      putEngine(join(root, "bin"), version);
    },
  };
}

describe("obtainEngine", () => {
  after(removeTempFolders);

  for (const version of [OLDEST_ENGINE, ENGINE_VERSION, "3.999.0"]) {
    it(`takes a pulumi ${version} on PATH and fetches nothing`, async () => {
      const bin = tempFolder();
      putEngine(bin, version);
      const runs: string[] = [];
      const engine = await obtainEngine({
        env: { PATH: bin },
        paths: tempPaths(),
        probe,
        attempts: [working("installer", runs)],
        progress: silentProgress(),
      });
      assert.deepEqual({ version: engine.version, source: engine.source }, { version, source: "PATH" });
      assert.equal(engine.languageHost, false);
      assert.deepEqual(runs, []);
    });
  }

  it("knows that the language host is beside the engine", async () => {
    const bin = tempFolder();
    putEngine(bin, ENGINE_VERSION);
    putEngine(bin, "", "pulumi-language-nodejs");
    const engine = await obtainEngine({ env: { PATH: bin }, paths: tempPaths(), probe, progress: silentProgress() });
    assert.equal(engine.languageHost, true);
  });

  for (const version of [TOO_OLD, "4.0.0", "no version"]) {
    it(`passes over a pulumi on PATH that says "${version}"`, async () => {
      const bin = tempFolder();
      putEngine(bin, version);
      const runs: string[] = [];
      const attempts = [working("installer", runs), working("build", runs)];
      const options = { env: { PATH: bin }, paths: tempPaths(), probe, attempts, progress: silentProgress() };
      const engine = await obtainEngine(options);
      assert.deepEqual(
        { version: engine.version, source: engine.source },
        { version: ENGINE_VERSION, source: "installer" },
      );
      assert.deepEqual(runs, ["installer"]);
      const again = await obtainEngine(options);
      assert.equal(again.source, "cache");
      assert.deepEqual(runs, ["installer"]);
    });
  }

  it("builds when the installer fails", async () => {
    const paths = tempPaths();
    const runs: string[] = [];
    const attempts = [failing("installer", "no network", "open it"), working("build", runs)];
    const engine = await obtainEngine({ env: { PATH: "" }, paths, probe, attempts, progress: silentProgress() });
    assert.equal(engine.source, "build");
  });

  it("names each attempt, why it failed and what to do when all three fail", async () => {
    const attempts = [failing("installer", "no network", "open it"), failing("build", "Go is missing", "install Go")];
    const run = obtainEngine({ env: { PATH: "" }, paths: tempPaths(), probe, attempts, progress: silentProgress() });
    await assert.rejects(run, (error: unknown) => {
      assert.ok(error instanceof EngineError);
      assert.equal(
        error.message,
        [
          "The Pulumi engine could not be obtained. Any one of these fixes is enough:",
          "  1. pulumi on PATH: there is none.",
          "     fix: install Pulumi yourself, see https://www.pulumi.com/docs/install/",
          "  2. installer: no network",
          "     fix: open it",
          "  3. build: Go is missing",
          "     fix: install Go",
        ].join("\n"),
      );
      return true;
    });
  });

  it("builds once for two runs at the same time", async () => {
    const runs: string[] = [];
    const said: string[] = [];
    const options = {
      env: { PATH: "" },
      paths: tempPaths(),
      probe,
      attempts: [working("build", runs, 300)],
      progress: silentProgress(said),
    };
    const engines = await Promise.all([obtainEngine(options), obtainEngine(options)]);
    assert.deepEqual(runs, ["build"]);
    assert.deepEqual(engines.map(({ source }) => source).sort(), ["build", "cache"]);
    assert.ok(said.includes("Another run is getting the Pulumi engine; waiting for it ..."));
  });

  it("recovers from a killed run: half an engine, its temporary folder and its lock", async () => {
    const paths = tempPaths();
    const parent = join(paths.cache, "engine");
    mkdirSync(join(parent, ".partial-killed", "bin"), { recursive: true });
    mkdirSync(join(parent, ENGINE_VERSION, "bin"), { recursive: true });
    // proper-lockfile's lock: a folder whose time a live holder keeps refreshing.
    mkdirSync(`${parent}.lock`);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(`${parent}.lock`, longAgo, longAgo);
    const runs: string[] = [];
    const attempts = [working("build", runs)];
    const engine = await obtainEngine({ env: { PATH: "" }, paths, probe, attempts, progress: silentProgress() });
    assert.equal(engine.source, "build");
    assert.deepEqual(readdirSync(parent), [ENGINE_VERSION]);
    assert.equal(existsSync(`${parent}.lock`), false);
  });

  it("leaves nothing behind when an attempt fails half-way", async () => {
    const paths = tempPaths();
    const half: Attempt = {
      name: "half",
      fix: "none",
      async run({ root }) {
        putEngine(join(root, "bin"), "3.2");
        throw new Error("cut short");
      },
    };
    const run = obtainEngine({ env: { PATH: "" }, paths, probe, attempts: [half], progress: silentProgress() });
    await assert.rejects(run, /half: cut short/);
    assert.deepEqual(readdirSync(join(paths.cache, "engine")), []);
  });

  it("does not take an engine that ends without an error but does not start", async () => {
    const silent: Attempt = { name: "silent", fix: "none", run: async () => {} };
    const options = { env: { PATH: "" }, paths: tempPaths(), probe, attempts: [silent], progress: silentProgress() };
    await assert.rejects(obtainEngine(options), /silent: it ended without an error, but the engine does not start/);
  });
});
