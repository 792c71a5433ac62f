import assert from "node:assert/strict";
import { chmodSync, symlinkSync } from "node:fs";
import path from "node:path";
import { makeFolder, removeFolders } from "../../support/folder";
import { contextArchive, contextDigest } from "../../support/providers/docker/buildContext";
import { formatDuration, parseDuration } from "../../support/providers/docker/duration";

const FILES = {
  "ctx/Dockerfile": "FROM scratch\nCOPY . /\n",
  "ctx/.dockerignore": "# comment\nnode_modules\n**/*.log\n!logs/keep.log\n",
  "ctx/a/1": "1\n",
  "ctx/a.txt": "x\n",
  "ctx/a-b": "q\n",
  "ctx/node_modules/x.js": "n\n",
  "ctx/logs/drop.log": "l\n",
  "ctx/logs/keep.log": "keep\n",
};

/** A context on disk, with modes that don't depend on the umask. */
function makeContext(): string {
  const folder = makeFolder(FILES);
  for (const file of Object.keys(FILES)) chmodSync(path.join(folder, file), 0o644);
  chmodSync(path.join(folder, "ctx/a/1"), 0o755);
  symlinkSync("../a.txt", path.join(folder, "ctx/a/link"));
  return folder;
}

const paths = (folder: string) => ({
  context: path.join(folder, "ctx"),
  dockerfile: path.join(folder, "ctx/Dockerfile"),
  base: folder,
});

async function namesIn(archive: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const names: string[] = [];
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0; ) {
    const field = (from: number, length: number) =>
      bytes.toString("utf8", at + from, at + from + length).split("\0")[0] ?? "";
    names.push(field(0, 100));
    at += 512 + Math.ceil(Number.parseInt(field(124, 12), 8) / 512) * 512;
  }
  return names.join(" ");
}

describe("test providers, build context", () => {
  after(removeFolders);

  it("has the digest that the official plugin gives it", () => {
    // Measured with the official plugin 5.2.0 on the same files.
    assert.equal(
      contextDigest(paths(makeContext())),
      "a8060f495a14881798aa546648116eabd04c089c18cbaf1732dfeced0055756d",
    );
  });

  it("has another digest for another content, name or mode, and the same for an ignored file", () => {
    const original = contextDigest(paths(makeContext()));
    const changed = (change: (folder: string) => void) => {
      const folder = makeContext();
      change(path.join(folder, "ctx"));
      return contextDigest(paths(folder));
    };
    assert.equal(
      changed((context) => chmodSync(path.join(context, "logs/drop.log"), 0o600)),
      original,
    );
    assert.notEqual(
      changed((context) => chmodSync(path.join(context, "a.txt"), 0o600)),
      original,
    );
    assert.notEqual(
      changed((context) => symlinkSync("1", path.join(context, "a/other"))),
      original,
    );
  });

  it("is sent without what is ignored, but with what the build reads", async () => {
    const { archive, dockerfile } = contextArchive(paths(makeContext()));
    assert.equal(dockerfile, "Dockerfile");
    const names = await namesIn(archive as unknown as NodeJS.ReadableStream);
    assert.equal(names, ".dockerignore Dockerfile a/ a/1 a/link a-b a.txt logs/ logs/keep.log");
  });

  it("carries a Dockerfile from outside", async () => {
    const folder = makeFolder({ ...FILES, "other/Dockerfile": "FROM scratch\n" });
    const { archive, dockerfile } = contextArchive({
      ...paths(folder),
      dockerfile: path.join(folder, "other/Dockerfile"),
    });
    assert.match(dockerfile, /^\.dockerfile\.[0-9a-f]{20}$/);
    assert.ok((await namesIn(archive as unknown as NodeJS.ReadableStream)).endsWith(dockerfile));
  });
});

describe("durations as Go writes them", () => {
  const texts: [string, number, string][] = [
    ["90s", 90e9, "1m30s"],
    ["5000ms", 5e9, "5s"],
    ["1h", 3600e9, "1h0m0s"],
    ["1m0.5s", 60.5e9, "1m0.5s"],
    ["250ms", 250e6, "250ms"],
    ["0s", 0, "0s"],
  ];
  for (const [text, nanoseconds, printed] of texts) {
    it(`${text} is ${printed}`, () => {
      assert.equal(parseDuration(text), nanoseconds);
      assert.equal(formatDuration(nanoseconds), printed);
    });
  }

  it("are none without a unit", () => {
    for (const text of ["5", "", "s", "1x"]) assert.equal(parseDuration(text), undefined, text);
    assert.equal(parseDuration("-1s"), -1e9);
  });
});
