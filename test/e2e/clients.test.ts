import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "jsonc-parser";
import { removeFolders } from "../support/folder";
import { example, TestStack } from "../support/stack";

const BEFORE = '{\n  // mine\n  "mcpServers": {\n    "other": { "url": "http://localhost:1/mcp" }, // stays\n  },\n}\n';

describe("entries in the clients' files on the real engine", function () {
  this.timeout(120_000);
  let stack: TestStack;
  const file = (...parts: string[]) => path.join(stack.home, ...parts);

  before(() => {
    stack = new TestStack([{ name: "simple", source: example("simple-server") }], {
      "mcp:clients": ["cursor", "codex"],
    });
    mkdirSync(file(".cursor"));
    mkdirSync(file(".codex"));
    writeFileSync(file(".cursor", "mcp.json"), BEFORE);
  });
  after(async () => {
    await stack.destroy();
    removeFolders();
  });

  it("are added beside the user's own, whose text stays as it is, and change nothing the second time", async () => {
    await stack.up();
    const cursor = readFileSync(file(".cursor", "mcp.json"), "utf8");
    assert.ok(cursor.includes("// mine") && cursor.includes('"other": { "url": "http://localhost:1/mcp" }, // stays'));
    assert.match(cursor, /"simple": \{[\s\S]*"command": ".*\/current\/\.venv\/bin\/python"/);
    assert.match(readFileSync(file(".codex", "config.toml"), "utf8"), /\[mcp_servers\.simple\]\n[\s\S]*command = /);
    assert.deepEqual(Object.keys((await stack.up()).changes), ["same"]);
  });

  it("are what is printed to be pasted", async () => {
    const { out, code } = await stack.command("clients", "simple", "--client", "cursor", "--json");
    assert.equal(code, 0);
    const [server, written] = [JSON.parse(out).simple.cursor.snippet.mcpServers.simple, file(".cursor", "mcp.json")];
    assert.deepEqual(parse(readFileSync(written, "utf8")).mcpServers.simple, server);
  });

  it("are removed on destroy, and the user's own are what they were", async () => {
    await stack.destroy();
    assert.equal(readFileSync(file(".cursor", "mcp.json"), "utf8"), BEFORE);
    assert.equal(existsSync(file(".codex", "config.toml")), false);
  });
});
