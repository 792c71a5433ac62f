import * as assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { dependencyDigest, sourceDigest, sourceFiles } from "../../../components/server";
import { folderOf, problemsOf } from "./folder";

describe("sourceFiles", () => {
  it("leaves out what is never deployed", () => {
    const kept = ["Dockerfile", "app/logs/x.py", "env/x.py", "index.js", "lib/environment.py", "server.py"];
    const left = [
      ...[
        ".git/HEAD",
        "node_modules/x/index.js",
        "a/node_modules/y.js",
        ".venv/x.py",
        "venv/x.py",
        "other/pyvenv.cfg",
        "other/bin/x",
      ],
      ...[
        "__pycache__/x.pyc",
        "a/x.pyc",
        ".pytest_cache/x",
        "x.egg-info/PKG",
        ".env",
        ".env.local",
        "a/.env",
        ".npmrc",
      ],
      ...[".vscode/x.json", ".idea/x", "server.log", "logs/x", ".DS_Store", "x.py~"],
    ];
    const folder = folderOf(Object.fromEntries([...kept, ...left].map((file) => [file, "x"])));
    assert.deepEqual(sourceFiles(folder), kept);
  });

  it("leaves out what .dockerignore excludes, as Docker reads it", () => {
    const files = [
      "server.py",
      "README.md",
      "docs/a.md",
      "docs/keep.md",
      "data/big.bin",
      "data/small.txt",
      "sub/README.md",
    ];
    const ignore = "# comment\n*.md\n/docs/\n!docs/keep.md\ndata\n!data/*.txt\n";
    const folder = folderOf({ ...Object.fromEntries(files.map((file) => [file, ""])), ".dockerignore": ignore });
    assert.deepEqual(sourceFiles(folder), [
      ".dockerignore",
      "data/small.txt",
      "docs/keep.md",
      "server.py",
      "sub/README.md",
    ]);
  });

  it("never brings secrets back, whatever .dockerignore says", () => {
    const folder = folderOf({ "server.py": "", ".env": "", ".dockerignore": "*\n!.env\n!server.py\n" });
    assert.deepEqual(sourceFiles(folder), ["server.py"]);
  });

  it("refuses links that leave the folder, and keeps those that do not", () => {
    const folder = folderOf({ "server.py": "", "a/b.py": "" });
    symlinkSync("../server.py", path.join(folder, "a/in.py"));
    assert.deepEqual(sourceFiles(folder), ["a/b.py", "a/in.py", "server.py"]);
    symlinkSync("../../elsewhere", path.join(folder, "a/out"));
    symlinkSync(path.join(folder, "server.py"), path.join(folder, "absolute.py"));
    const problems = problemsOf(() => sourceFiles(folder));
    assert.deepEqual(
      problems.map(({ message }) => message),
      ["absolute.py is a link that leaves the folder", "a/out is a link that leaves the folder"],
    );
    assert.equal(problems[1]?.got, "a link to ../../elsewhere");
    assert.equal(problems[1]?.fix, "replace the link by what it points at, or list a/out in .dockerignore");
    writeFileSync(path.join(folder, ".dockerignore"), "a/out\nabsolute.py\n");
    assert.deepEqual(sourceFiles(folder), [".dockerignore", "a/b.py", "a/in.py", "server.py"]);
  });

  it("refuses over 200 MB, naming the biggest folder", () => {
    const folder = folderOf({ "server.py": "", "models/a.bin": "", "small/b.bin": "" });
    truncateSync(path.join(folder, "models/a.bin"), 201 * 1024 * 1024);
    truncateSync(path.join(folder, "small/b.bin"), 1024 * 1024);
    assert.deepEqual(
      problemsOf(() => sourceFiles(folder)),
      [
        {
          path: "source",
          message: "the folder holds too much to deploy; the biggest part is models/ with 201 MB",
          got: "202 MB of source",
          allowed: "at most 200 MB",
          fix: "list what the server does not need in .dockerignore: echo 'models/' >> .dockerignore",
        },
      ],
    );
  });

  it("refuses over 20,000 files, naming the folder with most", function () {
    this.timeout(20_000);
    const folder = folderOf({ "server.py": "" });
    mkdirSync(path.join(folder, "cases"));
    for (let i = 0; i < 20_000; i++) writeFileSync(path.join(folder, "cases", `${i}`), "");
    const [problem] = problemsOf(() => sourceFiles(folder));
    assert.equal(problem?.message, "the folder holds too much to deploy; the biggest part is cases/ with 20000 files");
    assert.equal(problem?.got, "20001 files of source");
  });
});

describe("sourceDigest", () => {
  const files = { "server.py": "x = 1\n", "lib/a.py": "", "README.md": "r" };

  it("is the same for a copy, whatever its times, permission bits and caches", () => {
    const folder = folderOf(files);
    const copy = path.join(folderOf({}), "copy");
    cpSync(folder, copy, { recursive: true });
    chmodSync(path.join(copy, "server.py"), 0o755);
    utimesSync(path.join(copy, "server.py"), 1, 1);
    mkdirSync(path.join(copy, "__pycache__"));
    writeFileSync(path.join(copy, "__pycache__/server.pyc"), "x");
    writeFileSync(path.join(copy, ".env"), "KEY=1");
    assert.match(sourceDigest(folder), /^[0-9a-f]{64}$/);
    assert.equal(sourceDigest(copy), sourceDigest(folder));
  });

  it("changes with a content, a name, a file more and a link's target", () => {
    const variants: { [file: string]: string }[] = [
      files,
      { ...files, "server.py": "x = 2\n" },
      { ...files, "extra.py": "" },
      { "server.py": "x = 1\n", "lib/b.py": "", "README.md": "r" },
      { "server.py": "x = 1\n", "lib/a.py": "r", "README.md": "" },
    ];
    const digests = variants.map((variant) => sourceDigest(folderOf(variant)));
    const linked = ["server.py", "README.md"].map((target) => {
      const folder = folderOf(files);
      symlinkSync(target, path.join(folder, "link"));
      return sourceDigest(folder);
    });
    assert.equal(new Set([...digests, ...linked]).size, 7);
  });

  it("is fixed: a change of it would rebuild every user's images", () => {
    assert.equal(sourceDigest(folderOf(files)), "1ce821df69e04aabe4532e4f12cb78e83d150f1d15e845187a129e8d12f9b35f");
  });
});

describe("dependencyDigest", () => {
  it("sees the dependency files only, in any order", () => {
    const folder = folderOf({ "requirements.txt": "a\n", "base.txt": "b\n", "server.py": "1" });
    const digest = dependencyDigest(folder, ["requirements.txt", "base.txt"]);
    writeFileSync(path.join(folder, "server.py"), "2");
    assert.equal(dependencyDigest(folder, ["base.txt", "requirements.txt"]), digest);
    writeFileSync(path.join(folder, "base.txt"), "c\n");
    assert.notEqual(dependencyDigest(folder, ["base.txt", "requirements.txt"]), digest);
  });
});
