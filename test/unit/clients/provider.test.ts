import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { Client } from "../../../common/clients";
import { type ClientFileInputs, type ClientFileOutputs, clientFile } from "../../../provider/clients/clientFile";
import { UNKNOWN } from "../../../provider/values";

const { check, create, delete: remove, diff, read, update } = clientFile;
assert.ok(check && read && remove);
const operations = { check, create, remove, diff, read, update };

describe("clients: provider", () => {
  let folder: string;
  let file: string;
  let inputs: ClientFileInputs;

  beforeEach(async () => {
    folder = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "clients-")));
    file = path.join(folder, "mcp.json");
    inputs = { client: Client.Cursor, file, name: "weather", entry: { url: "http://127.0.0.1:8080/mcp" } };
  });

  afterEach(() => fs.rm(folder, { recursive: true, force: true }));

  async function created(overrides: Partial<ClientFileInputs> = {}): Promise<ClientFileOutputs> {
    const { id, outs } = await operations.create({ ...inputs, ...overrides });
    assert.equal(id, "cursor/weather");
    assert.ok(outs);
    return outs;
  }

  async function warnings(run: () => Promise<unknown>): Promise<string[]> {
    const { warn } = console;
    const texts: string[] = [];
    console.warn = (text: string) => texts.push(text.replace("warning: [runtime] ", ""));
    try {
      await run();
    } finally {
      console.warn = warn;
    }
    return texts;
  }

  it("creates, updates and deletes", async () => {
    await fs.writeFile(file, '{\n  "theme": "dark"\n}\n');
    const outs = await created();
    assert.deepEqual(outs, { ...inputs, written: inputs.entry, created: ["mcpServers"] });

    const news = { ...inputs, entry: { url: "https://weather.example.com/mcp" } };
    const updated = await operations.update("cursor/weather", outs, news);
    assert.deepEqual(updated.outs, { ...news, written: news.entry, created: ["mcpServers"] });
    assert.match(await fs.readFile(file, "utf8"), /weather\.example\.com/);

    assert.deepEqual(await warnings(() => operations.remove("cursor/weather", updated.outs ?? outs)), []);
    assert.equal(await fs.readFile(file, "utf8"), '{\n  "theme": "dark"\n}\n');
  });

  it("adopts what an interrupted run has written", async () => {
    await created();
    const before = await fs.readFile(file, "utf8");
    const outs = await created();
    assert.deepEqual(outs.written, inputs.entry);
    assert.equal(await fs.readFile(file, "utf8"), before);
  });

  it("does not create over an entry that is not ours", async () => {
    await fs.writeFile(file, '{"mcpServers":{"weather":{"url":"theirs"}}}');
    await assert.rejects(operations.create(inputs), /already a server "weather" that this stack did not write/);
    assert.equal(await fs.readFile(file, "utf8"), '{"mcpServers":{"weather":{"url":"theirs"}}}');
  });

  it("leaves an edited entry on delete, with a warning", async () => {
    const outs = await created();
    await fs.writeFile(file, '{"mcpServers":{"weather":{"url":"edited"}}}');
    const texts = await warnings(() => operations.remove("cursor/weather", outs));
    assert.equal(texts.length, 1);
    assert.match(texts[0] ?? "", /"weather" has been edited since this stack wrote it, and is left as it is/);
    assert.equal(await fs.readFile(file, "utf8"), '{"mcpServers":{"weather":{"url":"edited"}}}');
  });

  it("reads what is gone as gone, and what is edited as changed without copying it into the state", async () => {
    const outs = await created();
    assert.deepEqual(await operations.read("cursor/weather", outs), { id: "cursor/weather", props: outs });
    await fs.writeFile(file, '{"mcpServers":{"weather":{"url":"https://user:s3cret@example.com"}}}');
    const { id, props } = await operations.read("cursor/weather", outs);
    assert.equal(id, "cursor/weather");
    assert.ok(props);
    assert.doesNotMatch(JSON.stringify(props), /s3cret/);
    assert.deepEqual(props.written, inputs.entry);
    assert.equal((await operations.diff("cursor/weather", props, inputs)).changes, true);
    await assert.rejects(
      operations.update("cursor/weather", props, inputs),
      /has been edited since this stack wrote it/,
    );
    await fs.writeFile(file, '{"mcpServers":{}}');
    assert.deepEqual(await operations.read("cursor/weather", outs), { id: "" });
    await fs.rm(file);
    assert.deepEqual(await operations.read("cursor/weather", outs), { id: "" });
    assert.deepEqual(await operations.read("cursor/weather"), { id: "" });
  });

  it("sees no change where the user has only filled in a placeholder", async () => {
    const entry = { command: "node", args: [], env: { API_KEY: "<API_KEY>" } };
    const outs = await created({ entry });
    const text = await fs.readFile(file, "utf8");
    await fs.writeFile(file, text.replace("<API_KEY>", "s3cret"));
    const { props } = await operations.read("cursor/weather", outs);
    assert.deepEqual(props, outs);
    const next = { ...inputs, entry: { ...entry, command: "deno" } };
    const { outs: updated } = await operations.update("cursor/weather", outs, next);
    assert.doesNotMatch(JSON.stringify(updated), /s3cret/);
    assert.match(await fs.readFile(file, "utf8"), /"deno".*"s3cret"/s);
  });

  describe("diff", () => {
    const olds = () => ({ ...inputs, file, written: inputs.entry, created: [] });
    const cases: [string, Partial<ClientFileInputs> | Record<string, unknown>, boolean, string[]][] = [
      ["nothing", {}, false, []],
      ["key order", { entry: { url: "http://127.0.0.1:8080/mcp" } }, false, []],
      ["the entry", { entry: { url: "new" } }, true, []],
      ["an entry not known yet", { entry: UNKNOWN }, true, []],
      ["a URL not known yet", { entry: { url: UNKNOWN } }, true, []],
      ["the name", { name: "news" }, true, ["name"]],
      ["the client", { client: Client.Gemini }, true, ["client"]],
      ["the file", { file: "/elsewhere/mcp.json" }, true, ["file"]],
      ["a file not known yet", { file: UNKNOWN }, true, []],
      ["a name not known yet", { name: UNKNOWN }, true, []],
      ["a client not known yet", { client: UNKNOWN }, true, []],
    ];
    for (const [title, change, changes, replaces] of cases) {
      it(`of ${title}`, async () => {
        const result = await operations.diff("cursor/weather", olds(), { ...inputs, ...change } as ClientFileInputs);
        assert.equal(result.changes, changes);
        assert.deepEqual(result.replaces, replaces);
      });
    }
  });

  describe("check", () => {
    const cases: [string, Record<string, unknown>, RegExp | undefined][] = [
      ["good inputs", {}, undefined],
      ["values not known yet", { client: UNKNOWN, name: UNKNOWN, entry: UNKNOWN, file: UNKNOWN }, undefined],
      ["an unknown client", { client: "emacs" }, /client is no known client: got "emacs", allowed are claudeDesktop, /],
      ["a name with a dot", { name: "my.server" }, /name can't be used by every client: got "my.server", allowed/],
      ["a name that is none", { name: "__proto__" }, /name can't be used/],
      ["an entry that is none", { entry: [] }, /entry must be an object/],
      ["a file without a name", { file: "" }, /file must be the path of a file/],
    ];
    for (const [title, change, failure] of cases) {
      it(`of ${title}`, async () => {
        const news = { ...inputs, ...change } as ClientFileInputs;
        const failures = await operations.check(news, news);
        const text = failures.map(({ property, reason }) => `${property} ${reason}`).join("\n");
        if (failure) assert.match(text, failure);
        else assert.equal(text, "");
      });
    }
  });
});
