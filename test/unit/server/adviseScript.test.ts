import * as assert from "node:assert/strict";
import { commandLine } from "../../support/commandLine";
import { REPOSITORY } from "../../support/stack";
import { folderOf } from "./folder";

const run = (...argv: string[]) => commandLine(REPOSITORY, "advise", ...argv);

describe("mcp-deploy advise", () => {
  const files = {
    "server.py": 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run()\n',
    "requirements.txt": "fastmcp\nredis\n",
  };

  it("prints the target first, then the reasons with their evidence, then what was detected", async () => {
    const folder = folderOf(files);
    const { code, out, err } = await run(folder, "--stage", "production");
    assert.deepEqual([code, err], [0, ""]);
    assert.equal(
      out,
      `Recommended target for ${folder}: docker

Reasons
  docker     production wants the same environment at every deployment (stage: production), decisive
  docker     it talks to Redis, which runs beside it (requirements.txt: redis), decisive
  process    it speaks stdio, and clients such as Claude Desktop start such servers as local processes (server.py: stdio)

Detected, and the defaults applied
  runtime      python
  entry point  server.py
  transport    stdio
  dependencies fastmcp, redis
  metrics      port 8000
  resources    at most 0.5 CPU, 512Mi; set aside 0.25 CPU, 256Mi
  health       every 30 s, time-out 10 s, 3 retries, start period 40 s
`,
    );
  });

  it("prints JSON without the texts of the files", async () => {
    const { code, out } = await run("--json", folderOf(files));
    const parsed = JSON.parse(out);
    assert.equal(code, 0);
    assert.equal(parsed.target, "docker");
    assert.equal(parsed.server.entryPoint.value, "server.py");
    assert.ok(!out.includes("FastMCP("));
  });

  it("takes the answers to what a folder leaves open", async () => {
    const both = { "a.py": files["server.py"], "b.py": files["server.py"] };
    assert.equal((await run(folderOf(both))).code, 1);
    assert.equal(
      (await run(folderOf(both), "--entry-point", "b.py", "--transport", "http", "--runtime", "python")).code,
      0,
    );
  });

  for (const [what, argv, err] of [
    ["no folder", [], "missing required argument 'folder'"],
    ["two folders", ["a", "b"], "too many arguments for 'advise'. Expected 1 argument but got 2."],
    ["a wrong stage", ["a", "--stage", "prod"], "Allowed choices are development, production."],
    ["no number", ["a", "--replicas", "many"], "give a whole number from 1 to 9999."],
    ["a folder that is not there", ["./nope"], "source: the folder does not exist\n  got:     ./nope\n"],
  ] as [string, string[], string][]) {
    it(`fails for ${what}`, async () => {
      const told = await run(...argv);
      assert.deepEqual([told.code, told.out], [1, ""]);
      assert.ok(told.err.startsWith("error: ") && told.err.includes(err), told.err);
    });
  }
});
