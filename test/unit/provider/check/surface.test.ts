import assert from "node:assert/strict";
import type { Tool } from "@modelcontextprotocol/client";
import { lastLines, maskSecrets, quoteLines, secretMask } from "../../../../provider/check/logs";
import { toolNames, toolsDigest } from "../../../../provider/check/surface";
import { makeFolder, removeFolders } from "../../../support/folder";

const FORECAST: Tool = {
  name: "forecast",
  description: "Tells the weather",
  inputSchema: { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } },
};
const ALERT: Tool = { name: "Alert", inputSchema: { type: "object" } };

describe("the digest of the tools", () => {
  it("is the same for another order of tools and of keys", () => {
    const reordered: Tool = {
      inputSchema: { properties: { days: { type: "integer" }, city: { type: "string" } }, type: "object" },
      description: FORECAST.description,
      name: "forecast",
    };
    assert.equal(toolsDigest([FORECAST, ALERT]), toolsDigest([ALERT, reordered]));
    assert.match(toolsDigest([]), /^[0-9a-f]{64}$/);
  });

  for (const [what, change] of [
    ["a name", { name: "forecasts" }],
    ["a title", { title: "Forecast" }],
    ["a description", { description: "Tells tomorrow's weather" }],
    ["an input schema", { inputSchema: { type: "object", properties: { city: { type: "number" } } } }],
    ["an output schema", { outputSchema: { type: "object" } }],
  ] as [string, Partial<Tool>][]) {
    it(`changes with ${what}`, () =>
      assert.notEqual(toolsDigest([FORECAST]), toolsDigest([{ ...FORECAST, ...change }])));
  }

  it("does not change with what no client shows to its model", () => {
    assert.equal(toolsDigest([FORECAST]), toolsDigest([{ ...FORECAST, _meta: { x: 1 } }]));
  });

  it("names are sorted the same on every machine", () =>
    assert.deepEqual(toolNames([FORECAST, ALERT]), ["Alert", "forecast"]));
});

describe("logs in messages", () => {
  after(removeFolders);

  for (const [what, text, secrets, expected] of [
    ["a secret", "key=s3cret1 s3cret1", ["s3cret1"], "key=[secret] [secret]"],
    ["the longer of two that overlap", "s3cret1-more", ["s3cret1", "s3cret1-more"], "[secret]"],
    ["no word that is too short to be one", "the port is open", ["port", ""], "the port is open"],
    ["a secret in JSON", 'got "a\\"bcdefg"', ['a"bcdefg'], 'got "[secret]"'],
    ["a secret in a URL", "db://u:p%40ssw0rd@h", ["p@ssw0rd"], "db://u:[secret]@h"],
    ["one line of a secret of many", "x\nMIIEvQIBADANBg\n", ["-----BEGIN-----\nMIIEvQIBADANBg"], "x\n[secret]\n"],
    ["what no URL can hold", "\ud800abcdef", ["\ud800abcdef"], "[secret]"],
    ["what looks like a pattern", "$&a.b*c", ["a.b*c$"], "$&a.b*c"],
  ] as [string, string, string[], string][]) {
    it(`mask ${what}`, () => assert.equal(maskSecrets(text, secrets), expected));
  }

  it("know the longest text that is masked", () => {
    assert.equal(secretMask(["abcdef", "a@cdef"]).longest, "a%40cdef".length);
    assert.equal(secretMask([]).longest, 0);
  });

  it("are read from the end, in whole lines", async () => {
    const folder = makeFolder({ small: "one\n\n  \ntwo\nthree", big: `${"ä".repeat(40_000)}\nlast\n`, empty: "" });
    assert.deepEqual(await lastLines(`${folder}/small`, 2), ["two", "three"]);
    assert.deepEqual(await lastLines(`${folder}/big`, 20), ["last"]);
    assert.deepEqual(await lastLines(`${folder}/empty`, 20), []);
    assert.deepEqual(await lastLines(`${folder}/none`, 20), []);
  });

  it("are quoted, or missed", () => {
    assert.equal(quoteLines(["one", "two"]), "Its last lines:\n  | one\n  | two");
    assert.equal(quoteLines([]), "It wrote nothing.");
  });
});
