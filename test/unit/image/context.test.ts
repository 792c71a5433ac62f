import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync } from "node:fs";
import path from "node:path";
import { makeFolder, removeFolders, writeFiles } from "../../support/folder";
import { problemsOf } from "../server/folder";
import { NODE, PYTHON, writeBelow } from "./support";

/** What a context holds: mode and text of each file, and the modes of its folders. */
function read(project: string): Record<string, string> {
  const root = path.join(project, ".mcp/test/weather/context");
  const entries = readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    entries.map((entry) => {
      const file = path.join(root, entry);
      const mode = (statSync(file).mode & 0o7777).toString(8);
      return [entry, statSync(file).isDirectory() ? mode : `${mode} ${readFileSync(file, "utf8")}`];
    }),
  );
}

const filesOf = (project: string) => Object.keys(read(project));

describe("the build context", () => {
  after(removeFolders);

  it("is the same from other clones, umasks, modes and times, and readable for the image's user", () => {
    const files = { ...PYTHON, "lib/tool.py": "x = 1\n", "run.sh": "#!/bin/sh\n" };
    const sources = [makeFolder(files), makeFolder(files)] as const;
    const [first, second] = sources;
    for (const source of sources) chmodSync(path.join(source, "run.sh"), 0o755);
    chmodSync(path.join(second, "server.py"), 0o664);
    chmodSync(path.join(second, "run.sh"), 0o775);
    chmodSync(path.join(second, "lib"), 0o700);
    utimesSync(path.join(second, "server.py"), 1, 1);

    const contexts = [0o022, 0o002, 0o077].map((umask, index) => {
      const before = process.umask(umask);
      try {
        const project = makeFolder();
        return {
          ...writeBelow(project, { source: index === 0 ? first : second, telemetry: false }),
          files: read(project),
        };
      } finally {
        process.umask(before);
      }
    });
    assert.deepEqual(contexts[1], contexts[0]);
    assert.deepEqual(contexts[2], contexts[0]);
    assert.deepEqual(contexts[0]?.files, {
      lib: "755",
      "lib/tool.py": "644 x = 1\n",
      "requirements.txt": `644 ${PYTHON["requirements.txt"]}`,
      "run.sh": "755 #!/bin/sh\n",
      "server.py": `644 ${PYTHON["server.py"]}`,
    });
    assert.equal(contexts[0]?.context, ".mcp/test/weather/context");
    assert.equal(contexts[0]?.dockerfile, ".mcp/test/weather/Dockerfile");
  });

  it("changes with a text, a name, the executable bit and the Dockerfile", () => {
    const digest = (files: Record<string, string>, image = {}) =>
      writeBelow(makeFolder(), { source: makeFolder(files) }, image).digest;
    const source = makeFolder(PYTHON);
    chmodSync(path.join(source, "server.py"), 0o755);
    const digests = [
      digest(PYTHON),
      digest({ ...PYTHON, "server.py": `${PYTHON["server.py"]}# more\n` }),
      digest({ ...PYTHON, "other.py": "" }),
      digest(PYTHON, { securityUpdates: true }),
      writeBelow(makeFolder(), { source }).digest,
    ];
    assert.equal(new Set(digests).size, digests.length);
  });

  it("holds no secrets, no version control, no installed packages and no README that nobody reads", () => {
    const extra = [
      ".env",
      ".env.prod",
      ".npmrc",
      ".pypirc",
      ".git/config",
      "node_modules/a/index.js",
      "lib/.env",
      "README.md",
    ];
    const more = ["Dockerfile.md", "docker-compose.yml", ".dockerignore", "server.log", "logs/a.txt"];
    const project = makeFolder();
    const files = Object.fromEntries([...extra, ...more].map((file) => [file, ""]));
    const source = makeFolder({ ...PYTHON, ...files, "lib/a.py": "" });
    const { digest } = writeBelow(project, { source, telemetry: false });
    assert.deepEqual(filesOf(project), ["Dockerfile.md", "lib", "lib/a.py", "requirements.txt", "server.py"]);
    // A README is no reason to build.
    const edited = { ...PYTHON, ...files, "lib/a.py": "", "README.md": "edited" };
    assert.equal(writeBelow(makeFolder(), { source: makeFolder(edited), telemetry: false }).digest, digest);
  });

  it("keeps the README for a server that reads it, and everything for the server's own Dockerfile", () => {
    const readme = { "README.md": "# Weather\n" };
    const reader = makeFolder();
    const source = makeFolder({ ...PYTHON, ...readme, "server.py": `${PYTHON["server.py"]}open("README.md")\n` });
    writeBelow(reader, { source });
    assert.ok(filesOf(reader).includes("README.md"));
    const own = makeFolder();
    const files = { "pyproject.toml": "", "compose.yaml": "", ".dockerignore": "docs\n", "docs/a.md": "", ".env": "" };
    writeBelow(own, { source: makeFolder({ ...NODE, ...readme, ...files, Dockerfile: "FROM node:22\n" }) });
    assert.deepEqual(filesOf(own), [
      "Dockerfile",
      "README.md",
      "compose.yaml",
      "index.js",
      "package.json",
      "pyproject.toml",
    ]);
  });

  it("puts what links lead to in their place, and nothing that is not deployed", () => {
    const source = makeFolder({ ...PYTHON, "conf/a.json": "{}", "conf/.env": "KEY=1", "conf/.netrc": "x" });
    symlinkSync("conf", path.join(source, "linked"));
    symlinkSync("conf/a.json", path.join(source, "b.json"));
    symlinkSync("conf/.env", path.join(source, "env.txt"));
    symlinkSync("nowhere", path.join(source, "dangling"));
    symlinkSync(".", path.join(source, "self"));
    const project = makeFolder();
    const { digest } = writeBelow(project, { source });
    const files = filesOf(project);
    for (const file of ["linked/a.json", "b.json", "self/conf/a.json"]) assert.ok(files.includes(file), file);
    assert.deepEqual(
      files.filter((file) => /env|netrc|dangling|self\/self/.test(file)),
      [],
    );
    writeFiles(source, { "conf/a.json": '{"changed":true}' });
    assert.notEqual(writeBelow(project, { source }).digest, digest);
  });

  it("writes the requirements that a folder declares elsewhere", () => {
    const project = makeFolder();
    const pyproject = '[project]\nname = "weather"\nversion = "1"\ndependencies = ["fastmcp==4.1.2", "httpx>=0.27"]\n';
    writeBelow(project, { source: makeFolder({ "server.py": PYTHON["server.py"], "pyproject.toml": pyproject }) });
    assert.equal(read(project)["requirements.txt"], "644 fastmcp==4.1.2\nhttpx>=0.27\n");
  });

  it("is written anew when something changed, and left alone when nothing did", () => {
    const source = makeFolder(PYTHON);
    const project = makeFolder();
    writeBelow(project, { source });
    const written = statSync(path.join(project, ".mcp/test/weather/context/server.py")).ino;
    writeBelow(project, { source });
    assert.equal(statSync(path.join(project, ".mcp/test/weather/context/server.py")).ino, written);
    writeFiles(source, { "new.py": "" });
    writeBelow(project, { source });
    assert.ok(filesOf(project).includes("new.py"));
  });

  it("refuses a .dockerignore that excludes what the installation reads, with the line to add", () => {
    const source = makeFolder({ ...PYTHON, ".dockerignore": "*.txt\n" });
    const [problem] = problemsOf(() => writeBelow(makeFolder(), { source }));
    assert.equal(problem?.fix, "add to .dockerignore: !requirements.txt");
  });
});
