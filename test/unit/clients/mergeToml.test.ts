import assert from "node:assert/strict";
import { clientFormats } from "../../../common/clients";
import { findEntry, MergeError, removeEntry, upsertEntry } from "../../../provider/clients/merge";
import { sameOtherTables } from "../../../provider/clients/mergeToml";
import { tomlSections } from "../../../provider/clients/tomlSections";

const { codex } = clientFormats;
const entry = { command: "npx", args: ["-y", "weather"], env: { REGION: "eu" } };
const block = `[mcp_servers.weather]
command = "npx"
args = [ "-y", "weather" ]

[mcp_servers.weather.env]
REGION = "eu"
`;

describe("clients: merging TOML", () => {
  const text = `# my config
model = "o3"   # the model

[mcp_servers.other]
command="x"
args = [ "a","b" ] # keep me

# trailing comment
`;

  it("adds an entry at the end and leaves the rest to the byte", () => {
    assert.deepEqual(upsertEntry(text, codex, "weather", entry), { text: `${text}\n${block}`, created: [] });
  });

  it("writes a new file", () => {
    assert.deepEqual(upsertEntry(undefined, codex, "weather", entry), { text: block, created: ["root"] });
  });

  it("keeps Windows line ends and a missing final one", () => {
    const merged = upsertEntry('a = 1\r\n[tui]\r\ntheme = "x"', codex, "weather", { url: "u" });
    assert.equal(merged.text, 'a = 1\r\n[tui]\r\ntheme = "x"\r\n\r\n[mcp_servers.weather]\r\nurl = "u"');
  });

  it("replaces and removes our entry in the middle of a file that someone has reformatted", () => {
    const moved = `[mcp_servers."weather"] # ours
command = 'npx'
args = [
  "-y", # yes
  "weather",
]
  env.REGION = """eu"""
# projects
[projects."/a"]
trust_level = "trusted"
`;
    const owned = { entry, created: [] };
    assert.deepEqual(findEntry(moved, codex, "weather"), entry);
    assert.equal(
      upsertEntry(moved, codex, "weather", { url: "u" }, owned).text,
      '[mcp_servers.weather]\nurl = "u"\n# projects\n[projects."/a"]\ntrust_level = "trusted"\n',
    );
    assert.equal(
      removeEntry(moved, codex, "weather", owned).text,
      '# projects\n[projects."/a"]\ntrust_level = "trusted"\n',
    );
  });

  it("gathers tables of the entry that lie apart", () => {
    const apart = `[mcp_servers.weather]
command = "npx"
args = ["-y", "weather"]

[tui] # mine
x = 1

[mcp_servers.weather.env]
REGION = "eu"
`;
    const owned = { entry, created: [] };
    assert.equal(removeEntry(apart, codex, "weather", owned).text, "[tui] # mine\nx = 1\n");
    assert.equal(
      upsertEntry(apart, codex, "weather", { url: "u" }, owned).text,
      '[mcp_servers.weather]\nurl = "u"\n\n[tui] # mine\nx = 1\n',
    );
  });

  it("is not misled by strings, dates and large numbers", () => {
    const odd = `a = """
[mcp_servers.weather]
"""
d = 1979-05-27
big = 9223372036854775807
`;
    const merged = upsertEntry(odd, codex, "weather", entry);
    assert.equal(merged.text, `${odd}\n${block}`);
    assert.equal(removeEntry(merged.text, codex, "weather", { entry, created: [] }).text, odd);
  });

  it("keeps what the user put in the place of a placeholder", () => {
    const written = { url: "u", http_headers: { "X-Key": "Key <API_KEY>" } };
    const merged = upsertEntry("", codex, "weather", written);
    const filled = merged.text.replace("<API_KEY>", "s3");
    const owned = { entry: written, created: merged.created };
    const next = upsertEntry(filled, codex, "weather", { ...written, url: "v" }, owned);
    assert.equal(next.text, filled.replace('"u"', '"v"'));
    assert.equal(removeEntry(next.text, codex, "weather", { entry: { ...written, url: "v" }, created: [] }).text, "");
  });
});

describe("clients: TOML that is refused", () => {
  function refusal(text: string, owned?: { entry: typeof entry; created: string[] }): MergeError {
    try {
      upsertEntry(text, codex, "weather", { ...entry, command: "new" }, owned);
    } catch (error) {
      assert.ok(error instanceof MergeError, String(error));
      return error;
    }
    throw new assert.AssertionError({ message: "the merge was not refused" });
  }

  it("names line and column of a mistake", () => {
    const error = refusal('a = 1\nb = "open\n');
    assert.equal(error.problem.message, "is not valid TOML");
    assert.equal(error.position?.line, 2);
    assert.match(error.problem.fix ?? "", /not touched/);
  });

  it("does not take a key twice", () => {
    assert.equal(refusal("[mcp_servers.weather]\nurl = 'a'\n[mcp_servers.weather]\nurl = 'b'\n").position?.line, 3);
  });

  it("leaves entries alone that are not ours", () => {
    assert.match(refusal('[mcp_servers.weather]\nurl = "theirs"\n').problem.message, /did not write/);
    const owned = { entry, created: [] };
    assert.match(refusal('[mcp_servers.weather]\nurl = "theirs"\n', owned).problem.message, /has been edited/);
  });

  it("explains servers that are no table, or written in one line", () => {
    assert.match(refusal("mcp_servers = 1\n").problem.message, /"mcp_servers" must be a table/);
    assert.match(refusal("[[mcp_servers]]\na = 1\n").problem.message, /"mcp_servers" must be a table/);
    assert.match(refusal('mcp_servers = { a = { url = "u" } }\n').problem.message, /written in one line/);
    const inline = '[mcp_servers]\nweather = { command = "npx", args = ["-y", "weather"], env = { REGION = "eu" } }\n';
    assert.match(refusal(inline, { entry, created: [] }).problem.message, /written in one line/);
    assert.throws(() => removeEntry(inline, codex, "weather", { entry, created: [] }), MergeError);
  });
});

describe("clients: the last check of an edited TOML file", () => {
  const same = (before: string, after: string) => sameOtherTables(before, after, codex, "weather");

  it("lets our entry differ and nothing else", () => {
    assert.equal(same("a = 1\n", `a = 1\n${block}`), true);
    assert.equal(same("a = 1\n", `a = 2\n${block}`), false);
    assert.equal(same("d = 1979-05-27\n", "d = 1979-05-28\n"), false);
    assert.equal(same('[mcp_servers.other]\nurl = "u"\n', block), false);
  });
});

describe("clients: tables of a TOML text", () => {
  it("end at their last statement", () => {
    const text = "x = 1\n[a]\ny = [\n 1,\n]\n# mine\n\n[ b . 'c d' ] # h\n\n[[list]]\nz = '''\n[no]\n''''\n";
    const shown = tomlSections(text).map(({ path, start, end }) => [path, text.slice(start, end)]);
    assert.deepEqual(shown, [
      [["a"], "[a]\ny = [\n 1,\n]\n"],
      [["b", "c d"], "[ b . 'c d' ] # h\n"],
      [["list"], "[[list]]\nz = '''\n[no]\n''''\n"],
    ]);
  });
});
