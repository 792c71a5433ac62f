import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { userPaths } from "../../../cli/paths";
import { removeTempFolders, tempFolder } from "./support";

const bootstrap = join(__dirname, "../../../cli/bootstrap");
const load = (name: string) => require(join(bootstrap, name));

describe("bootstrap", () => {
  after(removeTempFolders);

  it("has the cache where the scripts have it", () => {
    assert.equal(load("paths.mjs").userCache(), userPaths().cache);
  });

  it("knows which Node is new enough", () => {
    const { isNewEnough } = load("node.mjs");
    const versions = ["v20.20.2", "v22.18.0", "v22.19.0", "v23.0.0", "v26.1.0"];
    assert.deepEqual(versions.map(isNewEnough), [false, false, true, true, true]);
  });

  it("brings Node once for two runs at the same time, over what a killed run left", async () => {
    const { ensureNode, NODE_VERSION } = load("node.mjs");
    const cache = tempFolder();
    mkdirSync(join(cache, ".node-killed"));
    writeFileSync(join(cache, `node-${NODE_VERSION}.lock`), "999999999");
    let installs = 0;
    const install = async (folder: string) => {
      installs++;
      const platform = process.platform === "win32" ? "win" : process.platform;
      const bin = join(folder, "node_modules", `node-${platform}-${process.arch}`, "bin");
      mkdirSync(bin, { recursive: true });
      await new Promise((resolve) => setTimeout(resolve, 200));
      writeFileSync(join(bin, process.platform === "win32" ? "node.exe" : "node"), "");
    };
    const options = { version: "v20.0.0", cache, install };
    const bins: string[] = await Promise.all([ensureNode(options), ensureNode(options)]);
    assert.equal(installs, 1);
    assert.deepEqual(new Set(bins), new Set([join(cache, `node-${NODE_VERSION}`, "bin")]));
    assert.deepEqual(readdirSync(cache), [`node-${NODE_VERSION}`]);
    assert.equal(await ensureNode({ ...options, version: "v22.20.0" }), undefined);
  });

  it("sees that dependencies are missing or of another version", () => {
    const { isInstalled } = load("dependencies.mjs");
    const root = tempFolder();
    const lock = (name: string, packages: object) => {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), JSON.stringify({ packages }));
    };
    lock("package-lock.json", { "": {}, "node_modules/a": { version: "1.0.0" }, "node_modules/b": { optional: true } });
    assert.equal(isInstalled(root), false);
    lock("node_modules/.package-lock.json", { "node_modules/a": { version: "1.0.1" } });
    assert.equal(isInstalled(root), false);
    lock("node_modules/.package-lock.json", { "node_modules/a": { version: "1.0.0" } });
    assert.equal(isInstalled(root), true);
  });

  it("sees an edited, an added and a removed source, and no other file", () => {
    const { fingerprint } = load("build.mjs");
    const root = tempFolder();
    const source = join(root, "components", "a.ts");
    mkdirSync(dirname(source));
    writeFileSync(source, "");
    const first = fingerprint(root);
    writeFileSync(join(root, "notes.md"), "");
    assert.equal(fingerprint(root), first);
    writeFileSync(join(root, "config.ts"), "");
    assert.notEqual(fingerprint(root), first);
    unlinkSync(join(root, "config.ts"));
    assert.equal(fingerprint(root), first);
    const later = new Date(Date.now() + 5000);
    utimesSync(source, later, later);
    assert.notEqual(fingerprint(root), first);
  });

  it("waits for a live holder of the lock", async () => {
    const { withLock } = load("lock.mjs");
    const file = join(tempFolder(), "x.lock");
    const order: string[] = [];
    const hold = (name: string) =>
      withLock(file, async () => {
        order.push(`${name} in`);
        await new Promise((resolve) => setTimeout(resolve, 50));
        order.push(`${name} out`);
      });
    await Promise.all([hold("a"), hold("b")]);
    assert.deepEqual(order, ["a in", "a out", "b in", "b out"]);
    assert.equal(existsSync(file), false);
  });
});
