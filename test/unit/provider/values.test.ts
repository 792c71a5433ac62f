import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import Module from "node:module";
import path from "node:path";
import { type DynamicKind, providerModule } from "../../../components/mcpResource";
import * as providers from "../../../provider/kinds";
import { anyChanged, UNKNOWN } from "../../../provider/values";
import { makeFolder, removeFolders, writeFiles } from "../../support/folder";

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

describe("the provider of a dynamic resource", () => {
  after(removeFolders);
  const cwd = process.cwd();
  afterEach(() => process.chdir(cwd));

  for (const kind of ["Installation", "Process", "Check", "ClientFile"] as DynamicKind[]) {
    it(`${kind}: is loaded from the project's own node_modules`, () => {
      const project = makeFolder();
      writeFiles(project, {
        "node_modules/pulumi-mcp-deploy/package.json": '{ "exports": { "./provider": "./provider.js" } }',
      });
      symlinkSync(
        path.resolve("dist/provider/kinds.js"),
        path.join(project, "node_modules/pulumi-mcp-deploy/provider.js"),
      );
      process.chdir(project);
      // As cmd/dynamic-provider of @pulumi/pulumi does it.
      const evaluated = new Module("provider") as Module & { _compile(code: string, name: string): void };
      evaluated._compile(providerModule(kind), "provider");
      const provider = (evaluated.exports as { handler(): object }).handler();
      assert.deepEqual(Object.keys(provider).sort(), ["check", "create", "delete", "diff", "read", "update"]);
    });
  }

  it("holds nothing but the kind: no secret, nothing that an upgrade changes", () => {
    assert.equal(
      providerModule("Check"),
      'exports.handler = () => require("module").createRequire(process.cwd() + "/")("pulumi-mcp-deploy/provider").Check;',
    );
  });

  it("hands the operations on, and reads as it was what has no read of its own", async () => {
    const inputs = { server: "x", timeoutSeconds: 1, triggers: [] };
    assert.deepEqual(await providers.Check.check?.({}, inputs), { inputs, failures: [] });
    assert.deepEqual(await providers.Check.diff?.("id", { triggers: ["a"] }, { triggers: ["b"] }), { changes: true });
    assert.deepEqual(await providers.Check.read?.("id", inputs), { id: "id", props: inputs });
  });
});
