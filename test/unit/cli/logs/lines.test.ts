import assert from "node:assert/strict";
import { ContainerLines } from "../../../../cli/logs/dockerLog";
import { FrameReader } from "../../../../cli/logs/frames";
import { type Line, LineSplitter, lastOf, ownTime, Position, timedLine, timeKey } from "../../../../cli/logs/lines";
import { lineCount, sinceTime, wantedLines } from "../../../../cli/logs/options";
import { withTimes } from "../../../../cli/logs/processLog";
import { noteLine } from "../../../../provider/process/notes";

/** A frame as the engine sends it: 1 for stdout, 2 for stderr. */
function frame(stream: 1 | 2, text: string | Buffer): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(payload.length, 4);
  return Buffer.concat([head, payload]);
}
const T = (nanoseconds: number) => `2026-11-24T12:00:00.${String(nanoseconds).padStart(9, "0")}Z`;

describe("times of lines", () => {
  it("sort as text, whatever their precision and zone", () => {
    assert.equal(timeKey("2026-11-24T12:00:00.5Z"), T(500_000_000));
    assert.equal(timeKey("2026-11-24T14:00:00.000000007+02:00"), T(7));
    assert.equal(timeKey("2026-11-24T12:00:00Z"), T(0));
    assert.equal(timeKey(new Date("2026-11-24T12:00:00.042Z")), T(42_000_000));
    assert.equal(timeKey("soon"), undefined);
  });

  it("are found in JSON and at the beginning of a line", () => {
    assert.equal(ownTime('{"timestamp": "2026-11-24T12:00:00.5+00:00", "level": "INFO"}'), T(500_000_000));
    assert.equal(ownTime('{"level":30,"time":1795521600042,"msg":"x"}'), T(42_000_000));
    assert.equal(ownTime('{"ts":1795521600.042,"msg":"x"}'), T(42_000_000));
    assert.equal(ownTime('{"@timestamp":"2026-11-24T12:00:00Z"}'), T(0));
    assert.equal(ownTime("2026-11-24T12:00:00Z started"), T(0));
    assert.equal(ownTime("[2026-11-24 12:00:00,042 +0000] started"), T(42_000_000));
    for (const text of ["", "started", '{"message":"x"}', "at 2026-11-24T12:00:00Z"])
      assert.equal(ownTime(text), undefined);
  });

  it("of lines without one are those of the line before, unless that is the supervisor's", () => {
    const note = noteLine("info", "Starting the server.").trim();
    const started = ownTime(note);
    const written = new Date("2100-01-01T00:00:00Z");
    const error = '{"timestamp":"2026-11-24T12:00:00Z","message":"failed"}';
    const lines = ["early", note, "no time", error, "Traceback", "  in x"];
    assert.deepEqual(
      withTimes(lines, written).map(({ time }) => time),
      [started, started, T(0), T(0), T(0), T(0)],
    );
    assert.deepEqual(withTimes([note, "no time"], written)[1], {
      time: "2100-01-01T00:00:00.000000000Z",
      text: "no time",
    });
    assert.deepEqual(withTimes([], written), []);
  });

  it("stand before the lines of engines and clusters", () => {
    assert.deepEqual(timedLine(`${T(7)} a line`), { time: T(7), text: "a line" });
    assert.deepEqual(timedLine(T(7)), { time: T(7), text: "" });
    assert.equal(timedLine("unable to retrieve container logs"), undefined);
    assert.equal(timedLine(""), undefined);
  });
});

describe("lines out of pieces", () => {
  it("are whole wherever a piece ends", () => {
    const text = Buffer.from("käse\n\nsecond line\nrest");
    for (let cut = 0; cut <= text.length; cut++) {
      const splitter = new LineSplitter();
      const lines = [...splitter.push(text.subarray(0, cut)), ...splitter.push(text.subarray(cut))];
      assert.deepEqual(lines, ["käse", "", "second line"]);
      assert.deepEqual(splitter.push(Buffer.from("!\n")), ["rest!"]);
    }
  });

  it("come out of the engine's frames wherever a piece ends", () => {
    const stream = Buffer.concat([frame(1, "out"), frame(2, "err"), frame(1, "")]);
    for (let cut = 0; cut <= stream.length; cut++) {
      const reader = new FrameReader();
      const frames = [...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))];
      assert.deepEqual(
        frames.map(({ stream: name, payload }) => [name, payload.toString()]),
        [
          ["stdout", "out"],
          ["stderr", "err"],
          ["stdout", ""],
        ],
      );
    }
  });

  it("are put together again that the engine has cut, each stream for itself", () => {
    const letter = Buffer.from("ä");
    const log = Buffer.concat([
      frame(1, Buffer.concat([Buffer.from(`${T(1)} long `), letter.subarray(0, 1)])),
      frame(2, `${T(2)} problem\r\n`),
      frame(1, Buffer.concat([Buffer.from(`${T(3)} `), letter.subarray(1), Buffer.from(" line\n")])),
    ]);
    assert.deepEqual(new ContainerLines().push(log), [
      { time: T(2), text: "problem" },
      { time: T(1), text: "long ä line" },
    ]);
  });
});

describe("position in a log", () => {
  it("gives each line once when the log is read again from the last time on", () => {
    const position = new Position();
    const read = (...times: number[]) => times.filter((time) => position.isNew(T(time)));
    assert.equal(position.time, undefined);
    position.again();
    assert.deepEqual(read(1, 2, 2), [1, 2, 2]);
    assert.equal(position.time, T(2));
    position.again();
    // A third line of the same time came in between.
    assert.deepEqual(read(2, 2, 2, 3), [2, 3]);
    position.again();
    assert.deepEqual(read(3), []);
    assert.deepEqual(read(4), [4]);
  });

  it("takes lines that are a moment out of order, and knows where it ended", () => {
    const position = new Position();
    assert.deepEqual(
      [5, 4, 5].filter((time) => position.isNew(T(time))),
      [5, 4, 5],
    );
    position.again();
    assert.deepEqual(
      [5, 4, 5, 6].filter((time) => position.isNew(T(time))),
      [6],
    );
  });
});

describe("which lines are wanted", () => {
  const NOW = Date.parse("2026-11-24T12:00:00Z");
  const since = (value: string) => sinceTime(value, NOW);

  it("are the last 100, the last N, or all since a time", () => {
    const time = since("1m");
    assert.deepEqual(wantedLines(undefined, undefined), { lines: 100 });
    assert.deepEqual(wantedLines(lineCount("0"), undefined), { lines: 0 });
    assert.deepEqual(wantedLines(undefined, time), { since: time });
    assert.deepEqual(wantedLines(5, time), { lines: 5, since: time });
    assert.deepEqual(since("90s"), new Date("2026-11-24T11:58:30Z"));
    assert.deepEqual(since("1d2h30m"), new Date("2026-11-23T09:30:00Z"));
    assert.deepEqual(since("1.5h"), new Date("2026-11-24T10:30:00Z"));
    assert.deepEqual(since("2026-11-24T10:00:00Z"), new Date("2026-11-24T10:00:00Z"));
  });

  it("are refused with what is allowed", () => {
    assert.throws(() => lineCount("all"), /no number of lines; allowed is a whole number, such as 50/);
    const allowed =
      /no time; allowed is how long ago, such as 30s, 10m, 2h30m or 1d, or a time such as 2026-11-24T12:00:00Z/;
    for (const given of ["yesterday", "2026-99-99"]) assert.throws(() => since(given), allowed);
    assert.throws(() => since("10"), /Did you mean --since 10m, for minutes\?/);
  });

  it("leave out blank ones", () => {
    const lines = ["a", " ", "b", "c"].map((text): Line => ({ server: "s", label: "s", time: T(0), text }));
    const texts = (lines: Line[]) => lines.map(({ text }) => text);
    assert.deepEqual(texts(lastOf(lines, { lines: 2 })), ["b", "c"]);
    assert.deepEqual(texts(lastOf(lines, { lines: 0 })), []);
    assert.deepEqual(texts(lastOf(lines, { lines: 9 })), ["a", "b", "c"]);
    assert.deepEqual(texts(lastOf(lines, {})), ["a", "b", "c"]);
  });
});
