import * as assert from "node:assert/strict";
import { main } from "../../../cli/advise";
import { folderOf } from "./folder";

/** Runs the script and gives its exit code and what it printed. */
async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const { log, error } = console;
  let out = "";
  let err = "";
  console.log = (text: string) => {
    out += `${text}\n`;
  };
  console.error = (text: string) => {
    err += `${text}\n`;
  };
  try {
    return { code: await main(argv), out, err };
  } finally {
    console.log = log;
    console.error = error;
  }
}

describe("npm run advise", () => {
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
    assert.equal((await run(folderOf(both))).code, 2);
    assert.equal(
      (await run(folderOf(both), "--entry-point", "b.py", "--transport", "http", "--runtime", "python")).code,
      0,
    );
  });

  for (const [what, argv, err] of [
    [
      "no folder",
      [],
      "FOLDER: the folder of a server is missing\n  got:     nothing\n  fix:     npm run advise -- examples/simple-server\n",
    ],
    [
      "two folders",
      ["a", "b"],
      "FOLDER: one folder at a time\n  got:     a b\n  fix:     npm run advise -- examples/simple-server\n",
    ],
    [
      "a wrong stage",
      ["a", "--stage", "prod"],
      "--stage: unknown value\n  got:     prod\n  allowed: development, production\n  fix:     did you mean production?\n",
    ],
    [
      "an unknown option",
      ["a", "--x"],
      "arguments: Unknown option '--x'\n  got:     a --x\n  fix:     npm run advise -- --help\n",
    ],
    [
      "no number",
      ["a", "--replicas", "many"],
      "--replicas: this is no number of replicas\n  got:     many\n  fix:     give a whole number from 1 to 9999\n",
    ],
    [
      "a folder that is not there",
      ["./nope"],
      "source: the folder does not exist\n  got:     ./nope\n  fix:     correct the path; a relative path starts at the folder of Pulumi.yaml\n",
    ],
  ] as [string, string[], string][]) {
    it(`exits with 2 for ${what}`, async () => {
      assert.deepEqual(await run(...argv), { code: 2, out: "", err });
    });
  }

  it("prints its usage", async () => {
    const { code, out } = await run("--help");
    assert.equal(code, 0);
    assert.match(out, /^Usage: npm run advise -- FOLDER/);
  });
});
