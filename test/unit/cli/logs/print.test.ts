import assert from "node:assert/strict";
import type { Line } from "../../../../cli/logs/lines";
import { type Look, passedOn, printed, shortDuration } from "../../../../cli/logs/print";

const TODAY = new Date(2026, 10, 24, 18, 0, 0);
const PLAIN: Look = { width: 8, today: TODAY, style: (_, text) => text };
/** Shows where colours would be. */
const COLOURED: Look = { ...PLAIN, style: (style, text) => `<${style}>${text}</>` };

/** A local time, as lines carry it: whatever the zone of the machine is. */
const local = (day: number, ...clock: [number, number, number, number]) =>
  new Date(2026, 10, day, ...clock).toISOString();
const AT = local(24, 12, 24, 38, 123);
const line = (text: string, more: Partial<Line> = {}): Line => ({
  server: "weather",
  label: "weather",
  time: AT,
  text,
  ...more,
});
const shown = (text: string, look = PLAIN, more: Partial<Line> = {}) => printed(line(text, more), look);
const json = (fields: object) => JSON.stringify({ timestamp: AT, ...fields });

describe("a line of JSON for people", () => {
  it("has name, time, level, message, tool, duration and outcome", () => {
    const call = { level: "INFO", logger: "server", message: "tool called", method: "tools/call" };
    const text = json({ ...call, duration_seconds: 0.001234, outcome: "ok", tool: "greet" });
    assert.equal(shown(text), "weather  | 12:24:38.123 INFO     tool called tool=greet duration=1.23ms outcome=ok");
  });

  it("has the error's type, the method of what is no tool, and other fields at the end", () => {
    const fields = { request_id: "a b", level: "warning", message: "request served", method: "initialize" };
    assert.equal(
      shown(json({ ...fields, duration_seconds: 2.5, outcome: "error", error_type: "-32602", nested: { a: 1 } })),
      'weather  | 12:24:38.123 WARNING  request served method=initialize duration=2.5s outcome=error error_type=-32602 request_id="a b" nested="{\\"a\\":1}"',
    );
  });

  it("takes the names and numbers of other loggers", () => {
    const time = new Date(AT).getTime();
    assert.equal(shown(`{"level":50,"time":${time},"msg":"failed"}`), "weather  | 12:24:38.123 ERROR    failed");
    assert.equal(shown(`{"severity":"NOTICE","ts":${time / 1000},"event":"x"}`), "weather  | 12:24:38.123 NOTICE   x");
    assert.equal(shown('{"message":"no level"}'), "weather  | 12:24:38.123          no level");
  });

  it("has a stack trace and a message of several lines on lines of their own", () => {
    const text = json({ level: "ERROR", message: "first\nsecond", exception: "Traceback:\n  in x\n" });
    assert.deepEqual(shown(text).split("\n"), [
      "weather  | 12:24:38.123 ERROR    first",
      "weather  | 12:24:38.123 second",
      "weather  | 12:24:38.123   Traceback:",
      "weather  | 12:24:38.123     in x",
    ]);
  });

  it("gives the terminal no orders that somebody sent in a message or as a tool's name", () => {
    const text = json({
      level: "INFO",
      message: "a\u001b[31mred\u001b]0;title\u0007\u0000\u009b2J\tb",
      tool: "\u001b[2Jx\r",
    });
    assert.equal(shown(text), "weather  | 12:24:38.123 INFO     ared\\u0000\tb tool=x\\r");
  });

  it("has the date of another day", () => {
    const time = local(23, 1, 2, 3, 4);
    assert.equal(shown(`{"time":"${time}","message":"old"}`), "weather  | 2026-11-23 01:02:03.004          old");
  });

  it("has colours where they are wanted", () => {
    assert.equal(
      shown(json({ level: "ERROR", message: "failed", more: 1 }), COLOURED),
      "<green>weather </> <dim>|</> <dim>12:24:38.123</> <red>ERROR   </> failed <dim>more=1</>",
    );
    const style = (label: string) => /^<(\w+)>/.exec(shown("x", COLOURED, { label }))?.[1];
    assert.equal(style("weather"), style("weather"));
    assert.notEqual(style("weather"), style("weathes"));
  });
});

describe("any other line for people", () => {
  it("is left as it is, with name and time", () => {
    assert.equal(
      shown("Traceback (most recent call last):"),
      "weather  | 12:24:38.123 Traceback (most recent call last):",
    );
    assert.equal(shown("\u001b[32mINFO\u001b[0m: \u0007up"), "weather  | 12:24:38.123 INFO: \\u0007up");
    for (const text of ["{ broken", "[1, 2]", "null", "{}x"])
      assert.equal(shown(text), `weather  | 12:24:38.123 ${text}`);
  });

  it("of a replica has the pod's name", () => {
    assert.equal(shown("x", PLAIN, { label: "weather-7d9-abc" }), "weather-7d9-abc | 12:24:38.123 x");
  });
});

describe("a line for programs", () => {
  const passed = (text: string, more: Partial<Line> = {}) => passedOn(line(text, more));

  it("is what the server wrote, to the letter, behind its name", () => {
    assert.equal(passed('{"a": 1.0, "b":1e5 }'), '{"server":"weather","a": 1.0, "b":1e5 }');
    assert.equal(passed(' {"a":1}', { pod: "w-1" }), '{"server":"weather","pod":"w-1","a":1}');
    assert.equal(passed("{ }"), '{"server":"weather"}');
  });

  it("keeps a field that is called like ours", () => {
    assert.equal(passed('{"server":"nginx","a":1}'), '{"server":"nginx","a":1}');
    assert.equal(passed('{"server":"nginx"}', { pod: "w-1" }), '{"pod":"w-1","server":"nginx"}');
  });

  it("is made of what is no JSON", () => {
    const made = { server: "weather", pod: "w-1", timestamp: AT, message: 'say "hi"' };
    assert.deepEqual(JSON.parse(passed('say "hi"', { pod: "w-1" })), made);
  });
});

describe("a short duration", () => {
  it("has three digits in the unit that fits", () => {
    const cases: [number, string][] = [
      [0.000_032, "0.032ms"],
      [0.001_234, "1.23ms"],
      [0.045_67, "45.7ms"],
      [0.9996, "1000ms"],
      [1.2, "1.2s"],
      [65.43, "65.4s"],
    ];
    for (const [seconds, text] of cases) assert.equal(shortDuration(seconds), text);
  });
});
