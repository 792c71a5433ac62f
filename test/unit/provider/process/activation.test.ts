import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { activation } from "../../../../provider/process/activation";
import { makeFolder, removeFolders } from "../../../support/folder";

describe("activation of a stdio server's release", () => {
  after(removeFolders);

  /** A server's folder with two releases. */
  function serverWithReleases(): string {
    const folder = makeFolder();
    for (const release of ["one", "two"]) {
      mkdirSync(path.join(folder, "releases", release), { recursive: true });
      writeFileSync(path.join(folder, "releases", release, "server.py"), release);
    }
    return folder;
  }
  const started = (folder: string) => readFileSync(path.join(folder, "current", "server.py"), "utf8");

  it("switches the link that clients start, and is not needed again", async () => {
    const folder = serverWithReleases();
    const first = { folder, release: "one" };
    assert.deepEqual(await activation.create(first), { id: folder, outs: first });
    assert.equal(started(folder), "one");
    assert.deepEqual(await activation.diff("id", first, first), { changes: false });

    const second = { folder, release: "two" };
    assert.deepEqual(await activation.diff("id", first, second), { changes: true });
    await activation.update("id", first, second);
    assert.equal(started(folder), "two");
    assert.equal(readlinkSync(path.join(folder, "current")), path.join("releases", "two"));
  });

  it("notices a link that is gone or leads to another release, as an interrupted up may leave it", async () => {
    const folder = serverWithReleases();
    const inputs = { folder, release: "one" };
    await activation.create({ folder, release: "two" });
    assert.deepEqual(await activation.diff("id", inputs, inputs), { changes: true });
    assert.equal((await activation.read("id", inputs)).id, "");
    rmSync(path.join(folder, "current"));
    assert.deepEqual(await activation.diff("id", inputs, inputs), { changes: true });
    await activation.update("id", inputs, inputs);
    assert.equal((await activation.read("id", inputs)).id, "id");
  });
});
