import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { Backoff } from "../../../../provider/process/backoff";
import { MaskedLines } from "../../../../provider/process/lines";
import { linesOfLastStart, noteLine, STARTING } from "../../../../provider/process/notes";
import { RotatedLog } from "../../../../provider/process/rotatedLog";
import { makeFolder, removeFolders } from "../../../support/folder";
import { until } from "./support";

describe("back-off", () => {
  it("doubles from 1 to 30 s, and begins anew after a minute without a crash", () => {
    const backoff = new Backoff();
    const waits = (ranMs: number, count: number) => Array.from({ length: count }, () => backoff.next(ranMs) / 1_000);
    assert.deepEqual(waits(10, 7), [1, 2, 4, 8, 16, 30, 30]);
    assert.deepEqual(waits(59_999, 1), [30]);
    assert.deepEqual(waits(60_000, 1), [1]);
    assert.deepEqual(waits(10, 2), [2, 4]);
  });
});

describe("masked lines", () => {
  async function masked(chunks: (string | Buffer)[], secrets: string[]): Promise<string> {
    const lines = new MaskedLines(secrets);
    const output = text(lines);
    for (const chunk of chunks) lines.write(chunk);
    lines.end();
    return output;
  }

  it("replace a secret wherever a chunk ends, and keep every other byte", async () => {
    const line = Buffer.from("käy: s3cret-välue, done\nnext");
    for (let cut = 0; cut <= line.length; cut++) {
      const chunks = [line.subarray(0, cut), line.subarray(cut)].filter(({ length }) => length > 0);
      assert.equal(await masked(chunks, ["s3cret-välue"]), "käy: [secret], done\nnext\n");
    }
  });

  it("replace a secret in a line that is too long to be held back, wherever it stands", async () => {
    const secret = "s3cret-value";
    for (let before = 65_536 - 30; before < 65_536 + 5; before++) {
      const whole = `${"a".repeat(before)}${secret}${"b".repeat(100)}`;
      const chunks = [whole.slice(0, 65_536 + 1), whole.slice(65_536 + 1)];
      assert.equal(await masked(chunks, [secret]), `${"a".repeat(before)}[secret]${"b".repeat(100)}\n`);
    }
  });

  it("replace a key of many lines that comes in parts", async () => {
    const key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n";
    assert.equal(await masked([key.slice(0, 40), key.slice(40)], [key]), "[secret]\n".repeat(4));
  });
});

describe("notes in the log", () => {
  it("are told from what the server wrote, also from what only looks alike", () => {
    const note = (message: string) => noteLine("info", message).trim();
    assert.deepEqual(JSON.parse(note('a "b"')).message, 'a "b"');
    const lines = [
      note(STARTING),
      "old",
      note("The server ended."),
      note(STARTING),
      "first",
      STARTING,
      "last",
      note("Stopped."),
    ];
    assert.deepEqual(linesOfLastStart(lines), ["first", STARTING, "last"]);
    assert.deepEqual(linesOfLastStart(["no start is left"]), ["no start is left"]);
  });
});

describe("rotated log", () => {
  after(removeFolders);
  const file = () => path.join(makeFolder(), "logs", "server.log");
  const write = (log: RotatedLog, line: string) => new Promise<void>((resolve) => log.write(line, () => resolve()));
  const end = (log: RotatedLog) => new Promise<void>((resolve) => log.end(resolve));

  it("keeps three files of the given size, readable by their owner only", async () => {
    const current = file();
    const log = new RotatedLog(current, "1K", 3);
    for (let index = 0; index < 100; index++) await write(log, `${index}`.padEnd(99, ".").concat("\n"));
    await end(log);
    const folder = path.dirname(current);
    assert.deepEqual(readdirSync(folder).sort(), ["server.log", "server.log.1", "server.log.2"]);
    for (const name of readdirSync(folder)) {
      const { size, mode } = statSync(path.join(folder, name));
      assert.ok(size <= 1024 + 100, `${name} has ${size} bytes`);
      assert.equal(mode & 0o777, 0o600);
    }
    const kept = ["server.log.2", "server.log.1", "server.log"]
      .map((name) => readFileSync(path.join(folder, name), "utf8"))
      .join("");
    const numbers = kept.trim().split("\n").map(Number.parseFloat);
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, index) => 100 - numbers.length + index),
      "lines were lost",
    );
    assert.ok(numbers.length > 20);
  });

  it("goes on in the file that is there", async () => {
    const current = file();
    for (const line of ["one\n", "two\n"]) {
      const log = new RotatedLog(current, "1M", 3);
      await write(log, line);
      await end(log);
    }
    assert.equal(readFileSync(current, "utf8"), "one\ntwo\n");
  });

  it("comes back when its folder was removed", async () => {
    const current = file();
    const log = new RotatedLog(current, "1M", 3);
    await write(log, "one\n");
    rmSync(path.dirname(current), { recursive: true });
    await until("the log is there again", async () => {
      await write(log, "two\n");
      return existsSync(current);
    });
    await end(log);
    assert.match(readFileSync(current, "utf8"), /^(two\n)+$/);
  });

  it("loses lines rather than its writer when it can't be written", async () => {
    const current = file();
    mkdirSync(current, { recursive: true });
    const log = new RotatedLog(current, "1M", 3);
    await write(log, "one\n");
    await write(log, "two\n");
    await end(log);
    await write(log, "too late\n");
    writeFileSync(path.join(current, "proof"), "still a folder");
  });
});
