import assert from "node:assert/strict";
import { anyChanged, UNKNOWN } from "../../../provider/values";

describe("anyChanged", () => {
  for (const [what, olds, news, expected] of [
    ["equal values", { a: { b: [1] } }, { a: { b: [1] } }, false],
    ["another order of keys", { a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, false],
    ["a nested change", { a: { b: [1] } }, { a: { b: [2] } }, true],
    ["a value that went", { a: 1 }, {}, true],
    ["a value that came", {}, { a: 1 }, true],
    ["undefined and absent", { a: undefined }, {}, false],
    ["an unknown value", { a: "x" }, { a: UNKNOWN }, true],
    ["an unknown value in a list", { a: ["x"] }, { a: [UNKNOWN] }, true],
    ["a key that does not count", { a: 1, other: 1 }, { a: 1, other: 2 }, false],
  ] as const) {
    it(`is ${expected} for ${what}`, () => assert.equal(anyChanged(olds, news, ["a"]), expected));
  }
});
