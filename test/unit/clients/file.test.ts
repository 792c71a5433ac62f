import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { lock } from "proper-lockfile";
import { Client } from "../../../common/clients";
import type { Host } from "../../../common/clients/format";
import { InvalidInputError } from "../../../common/errors";
import { applyEntry, fileOf, readEntry, removeEntryFromFile } from "../../../provider/clients/file";
import { BACKUPS_KEPT, MAX_BYTES } from "../../../provider/clients/fileIo";

const client = Client.Cursor;
const name = "weather";
const entry = { url: "http://127.0.0.1:8080/mcp" };

describe("clients: files", () => {
  let home: string;
  let file: string;
  let host: Host;

  beforeEach(async () => {
    home = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "clients-")));
    await fs.mkdir(path.join(home, ".cursor"));
    file = path.join(home, ".cursor", "mcp.json");
    host = { platform: "linux", home, env: {}, list: () => [] };
  });

  afterEach(() => fs.rm(home, { recursive: true, force: true }));

  const listed = async () => (await fs.readdir(path.dirname(file))).sort();

  async function refusal(run: () => Promise<unknown>): Promise<string> {
    const error = await run().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof InvalidInputError, String(error));
    return error.message;
  }

  it("creates the file, for the user alone, and deletes it again", async () => {
    const { file: written, owned, backup } = await applyEntry({ client, name, entry }, host);
    assert.equal(written, file);
    assert.equal(backup, undefined);
    assert.deepEqual(owned, { entry, created: ["root", "mcpServers", "file"] });
    assert.equal((await fs.stat(file)).mode & 0o777, 0o600);
    assert.deepEqual(await readEntry({ client, name }, host), entry);
    assert.equal(await removeEntryFromFile({ client, name, previous: owned }, host), "removed");
    assert.deepEqual(await listed(), []);
  });

  it("merges, backs up with the file's mode, and gives the file back", async () => {
    const text = '{\n  "mcpServers": {\n    "mine": {} // keep\n  }\n}\n';
    await fs.writeFile(file, text);
    await fs.chmod(file, 0o660);
    const { owned, backup } = await applyEntry({ client, name, entry }, host);
    assert.ok(backup);
    assert.match(path.basename(backup), /^mcp\.json\.bak-\d{8}T\d{9}Z$/);
    assert.equal(await fs.readFile(backup, "utf8"), text);
    assert.equal((await fs.stat(backup)).mode & 0o777, 0o660);
    assert.equal((await fs.stat(file)).mode & 0o777, 0o660);
    assert.equal(await removeEntryFromFile({ client, name, previous: owned }, host), "removed");
    assert.equal(await fs.readFile(file, "utf8"), text);
  });

  it("does nothing, and backs nothing up, when the entry is already there", async () => {
    const { owned } = await applyEntry({ client, name, entry }, host);
    const before = await fs.stat(file);
    const again = await applyEntry({ client, name, entry, previous: owned }, host);
    assert.deepEqual(again.owned, owned);
    assert.equal((await fs.stat(file)).mtimeMs, before.mtimeMs);
    assert.deepEqual(await listed(), ["mcp.json"]);
  });

  it(`keeps the latest ${BACKUPS_KEPT} backups, and no other file goes`, async () => {
    await fs.writeFile(file, "{}");
    await fs.writeFile(`${file}.bak-mine`, "mine");
    let previous = (await applyEntry({ client, name, entry }, host)).owned;
    for (let port = 1; port <= BACKUPS_KEPT + 2; port++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      const next = { url: `http://127.0.0.1:${port}/mcp` };
      previous = (await applyEntry({ client, name, entry: next, previous }, host)).owned;
    }
    const names = await listed();
    assert.equal(names.filter((each) => /\.bak-\d/.test(each)).length, BACKUPS_KEPT);
    assert.ok(names.includes("mcp.json.bak-mine"));
    const latest = names.filter((each) => /\.bak-\d/.test(each)).at(-1) ?? "";
    assert.match(await fs.readFile(path.join(home, ".cursor", latest), "utf8"), /127\.0\.0\.1:4\/mcp/);
  });

  it("cleans up after several servers, whichever goes last", async () => {
    const one = await applyEntry({ client, name: "one", entry }, host);
    const two = await applyEntry({ client, name: "two", entry }, host);
    await removeEntryFromFile({ client, name: "one", previous: one.owned }, host);
    assert.deepEqual(await readEntry({ client, name: "two" }, host), entry);
    await removeEntryFromFile({ client, name: "two", previous: two.owned }, host);
    assert.deepEqual(
      (await listed()).filter((each) => !each.includes(".bak-")),
      [],
    );
  });

  it("lets twenty servers enter at once", async () => {
    await fs.writeFile(file, '{"mine": true}\n');
    const names = Array.from({ length: 20 }, (_, index) => `server${index}`);
    const applied = await Promise.all(names.map((each) => applyEntry({ client, name: each, entry }, host)));
    const { mcpServers } = JSON.parse(await fs.readFile(file, "utf8"));
    assert.deepEqual(Object.keys(mcpServers).sort(), [...names].sort());
    await Promise.all(
      names.map((each, index) =>
        removeEntryFromFile({ client, name: each, previous: applied[index]?.owned ?? { entry, created: [] } }, host),
      ),
    );
    assert.equal(await fs.readFile(file, "utf8"), '{"mine": true}\n');
    assert.deepEqual(
      (await listed()).filter((each) => !each.includes(".bak-")),
      ["mcp.json"],
    );
  }).timeout(20_000);

  it("writes through a symbolic link", async () => {
    const target = path.join(home, "dotfiles.json");
    await fs.writeFile(target, "{}");
    await fs.symlink("../dotfiles.json", file);
    const { owned, backup } = await applyEntry({ client, name, entry }, host);
    assert.ok((await fs.lstat(file)).isSymbolicLink());
    assert.match(await fs.readFile(target, "utf8"), /weather/);
    assert.equal(path.dirname(backup ?? ""), path.dirname(file));
    await removeEntryFromFile({ client, name, previous: owned }, host);
    assert.equal(await fs.readFile(target, "utf8"), "{}");
  });

  it("creates the target of a link that leads nowhere, and says when its folder is missing", async () => {
    await fs.symlink(path.join(home, "later.json"), file);
    await applyEntry({ client, name, entry }, host);
    assert.match(await fs.readFile(path.join(home, "later.json"), "utf8"), /weather/);
    await fs.rm(file);
    await fs.symlink(path.join(home, "nowhere", "mcp.json"), file);
    assert.match(await refusal(() => applyEntry({ client, name, entry }, host)), /symbolic link into a folder that/);
  });

  it("refuses a client that is not installed, and creates the folder of a file that the user named", async () => {
    const message = await refusal(() => applyEntry({ client: Client.Windsurf, name, entry }, host));
    assert.ok(message.startsWith(path.join(home, ".codeium", "windsurf")));
    assert.match(message, /Windsurf seems not to be installed/);
    assert.match(message, /fix: {5}install and start Windsurf once, name the file/);
    await assert.rejects(fs.stat(path.join(home, ".codeium")));
    const named = await applyEntry({ client, file: "~/new/folder/mcp.json", name, entry }, host);
    assert.equal(named.file, path.join(home, "new", "folder", "mcp.json"));
    assert.match(await fs.readFile(named.file, "utf8"), /weather/);
  });

  it("leaves a malformed file alone and names the place", async () => {
    await fs.writeFile(file, '{\n  "mcpServers": {\n');
    const message = await refusal(() => applyEntry({ client, name, entry }, host));
    assert.ok(message.startsWith(`${file}:3:1: is not valid JSON\n`), message);
    assert.equal(await fs.readFile(file, "utf8"), '{\n  "mcpServers": {\n');
    assert.deepEqual(await listed(), ["mcp.json"]);
    await refusal(() => readEntry({ client, name }, host));
    await refusal(() => removeEntryFromFile({ client, name, previous: { entry, created: [] } }, host));
  });

  it("refuses a read-only file", async () => {
    await fs.writeFile(file, "{}", { mode: 0o444 });
    const message = await refusal(() => applyEntry({ client, name, entry }, host));
    assert.match(message, /is read-only\n {2}fix: {5}make it writable \(chmod u\+w/);
    assert.deepEqual(await listed(), ["mcp.json"]);
  });

  it("refuses what is no text file", async () => {
    await fs.writeFile(file, Buffer.from("{\0}\0", "utf16le"));
    await fs.writeFile(file, Buffer.from([0xff, 0xfe, 0x7b, 0, 0x7d, 0]));
    assert.match(await refusal(() => applyEntry({ client, name, entry }, host)), /is not encoded in UTF-8/);
    await fs.truncate(file, MAX_BYTES + 1);
    assert.match(await refusal(() => applyEntry({ client, name, entry }, host)), /is too large/);
    await fs.rm(file);
    await fs.mkdir(file);
    assert.match(await refusal(() => applyEntry({ client, name, entry }, host)), /is no regular file/);
  });

  it("waits for another program's lock", async () => {
    await fs.writeFile(file, "{}");
    const release = await lock(file, { realpath: false });
    const applied = applyEntry({ client, name, entry }, host);
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(await fs.readFile(file, "utf8"), "{}");
    await fs.writeFile(file, '{"theirs": 1}');
    await release();
    await applied;
    assert.match(await fs.readFile(file, "utf8"), /"theirs": 1.*weather/s);
  });

  it("has nothing to remove from a file that is gone", async () => {
    assert.equal(await removeEntryFromFile({ client, name, previous: { entry, created: ["file"] } }, host), "absent");
    assert.equal(await readEntry({ client, name }, host), undefined);
  });

  it("takes relative paths from the working directory", () => {
    assert.equal(fileOf({ client, file: "x/mcp.json", name }, host), path.resolve("x/mcp.json"));
    assert.equal(fileOf({ client, name }, host), file);
  });
});
