import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { removeStaleLocks, StackInUseError } from "../../../cli/staleLock";
import { removeTempFolders, tempFolder } from "./support";

/** A backend's folder with one lock in it. */
function locked(lock: object, stack = "local"): { folder: string; file: string } {
  const folder = tempFolder();
  const locks = join(folder, ".pulumi", "locks", "organization", "mcp", stack);
  mkdirSync(locks, { recursive: true });
  const file = join(locks, "e02a340d.json");
  writeFileSync(file, JSON.stringify(lock));
  writeFileSync(`${file}.attrs`, "{}");
  return { folder, file };
}

/** The id of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

const lock = { pid: process.pid, username: "ann", hostname: hostname(), timestamp: new Date().toISOString() };

describe("removeStaleLocks", () => {
  after(removeTempFolders);

  it("removes the lock of a process that is gone, and its attributes", async () => {
    const pid = deadPid();
    const { folder, file } = locked({ ...lock, pid });
    const removed = await removeStaleLocks(folder, "mcp", "local");
    assert.deepEqual(
      removed.map((one) => one.pid),
      [pid],
    );
    assert.deepEqual([existsSync(file), existsSync(`${file}.attrs`)], [false, false]);
  });

  it("leaves the lock of a live process, and says who has it", async () => {
    const { folder, file } = locked(lock);
    await assert.rejects(removeStaleLocks(folder, "mcp", "local"), (error: unknown) => {
      assert.ok(error instanceof StackInUseError);
      assert.match(error.message, new RegExp(`process ${process.pid} of ann on ${hostname()}`));
      assert.ok(error.message.includes(`remove ${file}`));
      return true;
    });
    assert.ok(existsSync(file));
  });

  it("leaves the lock of another host, whose processes it cannot see", async () => {
    const { folder, file } = locked({ ...lock, pid: deadPid(), hostname: "elsewhere" });
    await assert.rejects(removeStaleLocks(folder, "mcp", "local"), StackInUseError);
    assert.ok(existsSync(file));
  });

  it("sees that a process id was used again", async function () {
    if (process.platform !== "linux") this.skip();
    const { folder } = locked({ ...lock, timestamp: "2020-01-01T00:00:00Z" });
    assert.equal((await removeStaleLocks(folder, "mcp", "local")).length, 1);
  });

  it("touches no other stack, and does without any lock", async () => {
    const { folder, file } = locked({ ...lock, pid: deadPid() }, "prod");
    assert.deepEqual(await removeStaleLocks(folder, "mcp", "local"), []);
    assert.ok(existsSync(file));
    assert.deepEqual(await removeStaleLocks(tempFolder(), "mcp", "local"), []);
  });
});
