import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { REPOSITORY } from "../../support/stack";

/** Modules that a fresh Node loads for an expression, by path. */
function loadedBy(expression: string): string[] {
  const script = `${expression}; console.log(JSON.stringify(Object.keys(require.cache)))`;
  return JSON.parse(execFileSync(process.execPath, ["-e", script], { cwd: REPOSITORY, encoding: "utf8" }));
}

describe("what is loaded", () => {
  it("by the program of the local stack: neither npm's resolver nor the Automation API, which the SDK's index brings along", () => {
    const modules = loadedBy('require("./dist/config"); require("./dist/targets/process")');
    assert.deepEqual(
      modules.filter((file) => /@npmcli|@pulumi.pulumi.automation|@pulumi.(docker|kubernetes|random)/.test(file)),
      [],
    );
  });

  it("by the provider for a preview without changes: not the MCP client", () => {
    const provider = JSON.stringify(path.join(REPOSITORY, "dist/provider/provider"));
    const urn = (kind: string) => JSON.stringify(`urn:pulumi:test::mcp::mcp:index:McpProcess$mcp:index:${kind}::x`);
    const modules = loadedBy(
      `const { provider } = require(${provider}); for (const urn of [${urn("McpCheck")}, ${urn("Process")}]) provider.diff("id", urn, {}, {})`,
    );
    assert.ok(modules.some((file) => file.endsWith(path.join("check", "check.js"))));
    assert.deepEqual(
      modules.filter((file) => /@modelcontextprotocol|@kubernetes|dist.components/.test(file)),
      [],
    );
  });
});
