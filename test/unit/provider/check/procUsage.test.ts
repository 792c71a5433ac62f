import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { groupUsage } from "../../../../provider/check/procUsage";

const MIB = 1024 ** 2;

/** A program that holds so many MiB, and uses so many milliseconds of CPU before it says so. */
const program = (mib: number, ms: number) => `
const held = Buffer.alloc(${mib * MIB}, 1);
while (process.cpuUsage().user < ${ms * 1_000});
process.stdout.write("ready");
setInterval(() => held.length, 1000);
`;

describe("use of a process group", function () {
  this.timeout(20_000);
  const started: ChildProcess[] = [];
  after(() => {
    for (const { pid } of started) if (pid) process.kill(-pid, "SIGKILL");
  });
  before(function () {
    if (process.platform !== "linux") this.skip();
  });

  it("is that of all its members", async () => {
    const alone = spawn(process.execPath, ["-e", program(0, 0)], { detached: true });
    const inner = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(program(100, 500))}], { stdio: "inherit" })`;
    const pair = spawn(process.execPath, ["-e", inner], { detached: true });
    started.push(alone, pair);
    await Promise.all([once(alone.stdout, "data"), once(pair.stdout, "data")]);
    const [one, two] = [groupUsage(alone.pid ?? 0), groupUsage(pair.pid ?? 0)];
    assert.ok(one && two);
    assert.ok(one.residentBytes > 20 * MIB && one.residentBytes < 100 * MIB, String(one.residentBytes));
    // Two processes, of which one holds 100 MiB more than the other needs.
    const more = two.residentBytes - 2 * one.residentBytes;
    assert.ok(more > 80 * MIB && more < 130 * MIB, String(more));
    assert.ok(two.cpuSeconds >= 0.5 && two.cpuSeconds < 5, String(two.cpuSeconds));
  });

  it("is unknown of a group that is gone", () => {
    assert.equal(groupUsage(2 ** 22 + 1), undefined);
  });
});
