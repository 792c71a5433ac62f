import * as assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { inspectFolder } from "../../../components/server";
import { folderOf, problemsOf } from "./folder";

describe("inspectFolder", () => {
  it("reads what decides, and neither secrets nor installed packages", () => {
    const folder = folderOf({
      "server.py": "import mcp\n",
      "requirements.txt": "-r base.txt\nfastmcp\n",
      "base.txt": "httpx\n",
      ".env": "KEY=value\n",
      ".python-version": "3.12\n",
      "node_modules/x/index.js": "",
      "myenv/pyvenv.cfg": "",
      "myenv/lib/site.py": "",
      "tests/test_server.py": "",
    });
    const inspection = inspectFolder(folder);
    assert.deepEqual(inspection.files, [
      ".python-version",
      "base.txt",
      "requirements.txt",
      "server.py",
      "tests/test_server.py",
    ]);
    assert.deepEqual(
      inspection.requirements.map((file) => file.path),
      ["requirements.txt", "base.txt"],
    );
    assert.deepEqual(inspection.sources, [{ path: "server.py", text: "import mcp\n" }]);
    assert.equal(inspection.pythonVersion, "3.12");
    assert.ok(!JSON.stringify(inspection).includes("KEY"));
  });

  it("never follows a link out of the folder", () => {
    const outside = folderOf({ "secret.py": "TOKEN = 1\n", "more/x.py": "TOKEN = 2\n" });
    const folder = folderOf({ "server.py": "" });
    symlinkSync(path.join(outside, "secret.py"), path.join(folder, "link.py"));
    symlinkSync(path.join(outside, "more"), path.join(folder, "more"));
    symlinkSync("server.py", path.join(folder, "inside.py"));
    assert.deepEqual(inspectFolder(folder).files, ["inside.py", "server.py"]);
  });

  it("bounds the number and size of sources, and reads the entry point whatever their number", () => {
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`a${String(i).padStart(3, "0")}.py`, "x = 1\n"]),
    );
    const folder = folderOf({ ...many, "big.py": "#".repeat(300 * 1024), "z/deep.py": "y = 1\n" });
    const { sources } = inspectFolder(folder, "z/deep.py");
    assert.equal(sources.length, 80);
    assert.equal(sources[0]?.path, "z/deep.py");
    assert.ok(!sources.some((source) => source.path === "big.py"));
  });

  it("refuses a folder that does not exist", () => {
    const folder = path.join(folderOf({}), "nope");
    assert.deepEqual(
      problemsOf(() => inspectFolder(folder)),
      [
        {
          path: "source",
          message: "the folder does not exist",
          got: folder,
          fix: "correct the path; a relative path starts at the folder of Pulumi.yaml",
        },
      ],
    );
  });

  it("refuses a file and names its folder", () => {
    const folder = folderOf({ "server.py": "" });
    const [problem] = problemsOf(() => inspectFolder(path.join(folder, "server.py")));
    assert.equal(problem?.message, "this is a file, not a folder");
    assert.equal(problem?.fix, `give its folder: ${folder}`);
  });

  it("refuses an empty folder, and one with nothing to deploy", () => {
    const folder = folderOf({});
    assert.equal(problemsOf(() => inspectFolder(folder))[0]?.message, "the folder is empty");
    writeFileSync(path.join(folder, ".env"), "");
    assert.equal(problemsOf(() => inspectFolder(folder))[0]?.message, "the folder is empty");
  });

  it("refuses a folder that cannot be read", () => {
    const folder = folderOf({ "server.py": "" });
    chmodSync(folder, 0o755);
    mkdirSync(path.join(folder, "closed"));
    chmodSync(path.join(folder, "closed"), 0);
    // Root can read everything: for this test it is nobody.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      assert.equal(problemsOf(() => inspectFolder(folder))[0]?.message, "the folder cannot be read (EACCES)");
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(path.join(folder, "closed"), 0o755);
    }
  });

  it("names the line of malformed manifests, all of them at once", () => {
    const folder = folderOf({
      "package.json": '{\n  "name": "x",\n}\n',
      "pyproject.toml": '[project]\nname = "x\n',
      "fastmcp.json": '{\n  "source": {"path": 5}\n}\n',
    });
    assert.deepEqual(
      problemsOf(() => inspectFolder(folder)).map(({ path, message, fix }) => [path, message, fix]),
      [
        [
          "source",
          "pyproject.toml is malformed, line 2, column 10: control characters are not allowed in strings",
          "correct pyproject.toml",
        ],
        [
          "source",
          "fastmcp.json is malformed, line 2, column 22: source.path: expected string, received number",
          "correct fastmcp.json",
        ],
        ["source", "package.json is malformed, line 3, column 1: property name expected", "correct package.json"],
      ],
    );
  });

  it("names the field of a package.json that has the wrong kind", () => {
    const folder = folderOf({ "package.json": '{\n  "dependencies": {\n    "zod": 4\n  }\n}\n' });
    const [problem] = problemsOf(() => inspectFolder(folder));
    assert.equal(
      problem?.message,
      "package.json is malformed, line 3, column 12: dependencies.zod: expected string, received number",
    );
  });

  it("takes a client's list of servers under the name fastmcp.json for none", () => {
    const folder = folderOf({ "fastmcp.json": '{"mcpServers": {}}', "server.py": "" });
    assert.equal(inspectFolder(folder).fastmcpJson, undefined);
  });
});
