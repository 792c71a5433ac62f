import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processLog } from "../../../../cli/logs/processLog";
import { RotatedTail } from "../../../../cli/logs/rotatedTail";
import { RotatedLog } from "../../../../provider/process/rotatedLog";
import { makeFolder, removeFolders } from "../../../support/folder";
import { until } from "../../provider/process/support";

describe("a log file that is rotated while it is read", () => {
  let file: string;
  let tail: RotatedTail;
  beforeEach(() => {
    file = path.join(makeFolder(), "server.log");
    tail = new RotatedTail(file);
  });
  afterEach(() => tail.close());
  after(removeFolders);

  /** As the supervisor's library rotates: the oldest is overwritten. */
  function rotate(): void {
    for (const [from, to] of [
      [`${file}.1`, `${file}.2`],
      [file, `${file}.1`],
    ] as const) {
      if (existsSync(from)) renameSync(from, to);
    }
  }
  const read = async (atLeast?: number) => (await tail.read(atLeast)).lines;

  it("is read from the oldest part to the newest, a line across two of them included", async () => {
    writeFileSync(`${file}.2`, "1\n2 be");
    writeFileSync(`${file}.1`, "gun\n3\n");
    writeFileSync(file, "4\n5");
    assert.deepEqual(await read(), ["1", "2 begun", "3", "4"]);
    appendFileSync(file, " done\n");
    assert.deepEqual(await tail.next(), ["5 done"]);
    assert.deepEqual(await tail.next(), []);
  });

  it("is read no further back than is needed", async () => {
    writeFileSync(`${file}.2`, "1\n");
    writeFileSync(`${file}.1`, "2\n");
    writeFileSync(file, "3\n4\n");
    assert.deepEqual(await read(2), ["3", "4"]);
    assert.deepEqual(await read(3), ["2", "3", "4"]);
  });

  it("is followed through a rotation, with what was written to the old file last", async () => {
    writeFileSync(file, "1\n");
    assert.deepEqual(await read(), ["1"]);
    appendFileSync(file, "2\n");
    rotate();
    writeFileSync(file, "3\n");
    assert.deepEqual(await tail.next(), ["2", "3"]);
    appendFileSync(file, "4\n");
    assert.deepEqual(await tail.next(), ["4"]);
  });

  it("is followed through several rotations between two looks", async () => {
    writeFileSync(file, "1\n");
    await read();
    rotate();
    writeFileSync(file, "2\n");
    rotate();
    writeFileSync(file, "3\n");
    assert.deepEqual(await tail.next(), ["2", "3"]);
  });

  it("is waited for between the two steps of a rotation, and where there is none yet", async () => {
    assert.deepEqual(await read(), []);
    assert.deepEqual(await tail.next(), []);
    writeFileSync(file, "1\n");
    assert.deepEqual(await tail.next(), ["1"]);
    rotate();
    assert.deepEqual(await tail.next(), []);
    writeFileSync(file, "2\n");
    assert.deepEqual(await tail.next(), ["2"]);
  });

  it("is read anew when somebody emptied or removed it, and older parts are not read twice", async () => {
    writeFileSync(`${file}.1`, "0\n");
    writeFileSync(file, "1\n");
    assert.deepEqual(await read(), ["0", "1"]);
    truncateSync(file);
    assert.deepEqual(await tail.next(), []);
    appendFileSync(file, "2\n");
    assert.deepEqual(await tail.next(), ["2"]);
    rmSync(file);
    writeFileSync(file, "3\n");
    assert.deepEqual(await tail.next(), ["3"]);
  });

  it("loses no line of a supervisor that rotates all the time", async () => {
    const log = new RotatedLog(file, "1K", 3);
    const wanted = Array.from({ length: 400 }, (_, index) => `line ${index} ${"x".repeat(40)}`);
    const writing = (async () => {
      for (const line of wanted) {
        await new Promise<void>((resolve) => log.write(`${line}\n`, () => resolve()));
        await sleep(1);
      }
      await new Promise<void>((resolve) => log.end(resolve));
    })();
    const lines = await read();
    await until("all lines are there", async () => {
      lines.push(...(await tail.next()));
      return lines.length >= wanted.length;
    });
    await writing;
    assert.deepEqual(lines, wanted);
  }).timeout(20_000);
});

describe("the log of a process", () => {
  const home = process.env.XDG_DATA_HOME;
  let file: string;
  before(() => {
    process.env.XDG_DATA_HOME = makeFolder();
    const folder = path.join(process.env.XDG_DATA_HOME, "pulumi-mcp-deploy", "servers", "weather-0a1b", "logs");
    mkdirSync(folder, { recursive: true });
    file = path.join(folder, "server.log");
  });
  after(() => {
    if (home === undefined) delete process.env.XDG_DATA_HOME;
    else process.env.XDG_DATA_HOME = home;
    removeFolders();
  });
  const entry = (time: string, message: string) => `{"timestamp":"${time}","message":"${message}"}\n`;

  it("has the last lines, or those since a time, with what belongs to them", async () => {
    writeFileSync(`${file}.1`, entry("2026-11-24T10:00:00Z", "a"));
    writeFileSync(file, `${entry("2026-11-24T11:00:00Z", "b")}Traceback\n\n${entry("2026-11-24T12:00:00Z", "c")}`);
    const log = processLog("weather", { kind: "process", instance: "weather-0a1b" });
    const last = await log.past({ lines: 2 });
    assert.deepEqual(last[0], {
      server: "weather",
      label: "weather",
      time: "2026-11-24T11:00:00.000000000Z",
      text: "Traceback",
    });
    await log.close?.();
    const texts = async (wanted: object) =>
      (await log.past(wanted)).map(({ text }) => /"message":"(.)"/.exec(text)?.[1] ?? text);
    assert.deepEqual(await texts({ since: new Date("2026-11-24T11:00:00Z") }), ["b", "Traceback", "c"]);
    assert.deepEqual(await texts({ since: new Date("2026-11-24T11:00:01Z") }), ["c"]);
    assert.deepEqual(await texts({ since: new Date("2026-11-24T09:00:00Z"), lines: 1 }), ["c"]);
    await log.close?.();
  });

  it("is followed from where it was read, until somebody stops", async () => {
    writeFileSync(file, entry("2026-11-24T12:00:00Z", "a"));
    const log = processLog("weather", { kind: "process", instance: "weather-0a1b" });
    assert.equal((await log.past({ lines: 100 })).length, 2);
    const [seen, stop]: [string[], AbortController] = [[], new AbortController()];
    const following = log.follow(({ text }) => seen.push(text), stop.signal);
    appendFileSync(file, "b\n");
    await until("the line came", () => seen.length > 0);
    appendFileSync(file, "c\n");
    stop.abort();
    await following;
    await log.close?.();
    assert.deepEqual(seen, ["b", "c"]);
  });
});
