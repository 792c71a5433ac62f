import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { changesText, isChanged, readable, readEvents } from "../../../cli/engineEvents";
import { withoutEchoes } from "../../../cli/operate";

const URN = "urn:pulumi:local::mcp::mcp:index:McpProcess::weather";
const STACK = "urn:pulumi:local::mcp::pulumi:pulumi:Stack::mcp-local";

/** Reads events, and gives the lines that were shown. */
function show(...events: Partial<EngineEvent>[]) {
  const lines: string[] = [];
  const reader = readEvents({ line: (text) => lines.push(text), status: () => {} }, "Deploying");
  for (const event of events) reader.read({ sequence: 0, timestamp: 0, ...event });
  return { lines, report: reader.report };
}

function step(op: string, extra: object = {}) {
  return { op, urn: URN, type: "mcp:index:McpProcess", ...extra } as NonNullable<
    EngineEvent["resOutputsEvent"]
  >["metadata"];
}

function diagnostic(severity: string, message: string, urn?: string): Partial<EngineEvent> {
  return { diagnosticEvent: { severity, message, urn, color: "never" } as EngineEvent["diagnosticEvent"] & object };
}

describe("engine events", () => {
  it("show planned and finished steps, with what an update changes", () => {
    const planned = show({
      resourcePreEvent: { metadata: step("update", { diffs: ["port", "env"] }), planning: true },
    });
    assert.deepEqual(planned.lines, [" ~ mcp:index:McpProcess weather [port, env]"]);
    const { lines } = show(
      { resourcePreEvent: { metadata: step("create") } },
      { resOutputsEvent: { metadata: step("create") } },
    );
    assert.match(lines[0] ?? "", /^ \+ mcp:index:McpProcess weather \(0\.\d s\)$/);
  });

  it("show nothing of unchanged resources, the stack, the providers and the engine's debug log", () => {
    const metadata = step("create", { type: "pulumi:providers:pulumi-nodejs" });
    const { lines, report } = show(
      { resOutputsEvent: { metadata: step("same") } },
      { resourcePreEvent: { metadata, planning: true } },
      diagnostic("debug", "Registering resource"),
    );
    assert.deepEqual(lines, []);
    assert.deepEqual(report.errors, []);
  });

  it("say each error once, with the resource but not the stack, and without frames", () => {
    const frames = "\n    at run (/x/node_modules/@pulumi/pulumi/cmd/run.js:1:1)\n";
    const { report } = show(
      diagnostic("error", `Unhandled exception: Error: port: bad${frames}`, STACK),
      diagnostic("error", "port: bad\n", STACK),
      diagnostic("error", "server crashed: its last line\n", URN),
      diagnostic("error", "update failed", STACK),
    );
    assert.deepEqual(withoutEchoes(report.errors), ["port: bad", "weather: server crashed: its last line"]);
  });

  it("keep the place of a programming mistake, and not its bare message", () => {
    const text = readable(
      "Unhandled exception: TypeError: x is not a function\n    at f (/p/index.ts:3:1)\n    at node:internal/x\n",
    );
    assert.equal(text, "TypeError: x is not a function\n  at f (/p/index.ts:3:1)");
    assert.deepEqual(withoutEchoes([text, "x is not a function"]), [text]);
  });

  it("read the same from the language host and from the inline program", () => {
    const host = readable("Running program '/p/index.ts' failed with an unhandled exception:\nport: bad\n  got: 0\n");
    assert.equal(host, readable("Unhandled exception: port: bad\n  got: 0\n"));
  });

  it("keep the only errors there are, echoes or not", () => {
    assert.deepEqual(withoutEchoes(["update failed"]), ["update failed"]);
  });

  it("name what is kept on purpose", () => {
    const metadata = step("delete", { old: { retainOnDelete: true } });
    assert.deepEqual(show({ resOutputsEvent: { metadata } }).report.retained, ["weather"]);
  });
});

describe("changes", () => {
  it("read as a sentence", () => {
    assert.equal(changesText({ create: 2, update: 1, same: 3 }, false), "2 created, 1 updated, 3 unchanged");
    assert.equal(changesText({ delete: 1, replace: 2 }, true), "2 to replace, 1 to delete");
  });

  it("are none when all is the same or was only read", () => {
    assert.equal(isChanged({ same: 4, read: 1 }), false);
    assert.equal(isChanged({ same: 4, "create-replacement": 1 }), true);
  });
});
