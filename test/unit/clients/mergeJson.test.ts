// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of the clients look like that
import assert from "node:assert/strict";
import { clientFormats } from "../../../common/clients";
import type { JsonObject } from "../../../common/clients/endpoint";
import { findEntry, MergeError, removeEntry, upsertEntry } from "../../../provider/clients/merge";
import { sameOthers } from "../../../provider/clients/mergeJson";

const { claudeDesktop, cursor, vscode, gemini } = clientFormats;
const entry = { command: "npx", args: ["-y", "weather"] };

/** The error that a merge ends in, with its place. */
function refusal(merge: () => unknown): { message: string; at?: string; fix?: string } {
  try {
    merge();
  } catch (error) {
    assert.ok(error instanceof MergeError, String(error));
    const at = error.position && `${error.position.line}:${error.position.column}`;
    return { message: error.problem.message, ...(at ? { at } : {}), fix: error.problem.fix };
  }
  throw new assert.AssertionError({ message: "the merge was not refused" });
}

describe("clients: merging JSON", () => {
  it("adds an entry after comments, keeping indentation, line ends and byte order mark", () => {
    const text = [
      "\uFEFF// my servers",
      "{",
      '\t"theme" : "dark", // odd spacing',
      '\t"mcpServers": {',
      '\t\t"other": { "command":"x" }, // keep me',
      '\t\t// "old": { "command": "y" },',
      "\t},",
      "}",
      "",
    ].join("\r\n");
    const merged = upsertEntry(text, cursor, "weather", entry);
    assert.equal(
      merged.text,
      [
        "\uFEFF// my servers",
        "{",
        '\t"theme" : "dark", // odd spacing',
        '\t"mcpServers": {',
        '\t\t"other": { "command":"x" }, // keep me',
        '\t\t// "old": { "command": "y" },',
        '\t\t"weather": {',
        '\t\t\t"command": "npx",',
        '\t\t\t"args": [',
        '\t\t\t\t"-y",',
        '\t\t\t\t"weather"',
        "\t\t\t]",
        "\t\t},",
        "\t},",
        "}",
        "",
      ].join("\r\n"),
    );
    assert.deepEqual(merged.created, []);
  });

  it("puts the comma before a comment that stands beside the last entry", () => {
    const text = '{\n  "mcpServers": {\n    "other": {} // keep me\n  }\n}';
    assert.equal(
      upsertEntry(text, cursor, "weather", { url: "u" }).text,
      '{\n  "mcpServers": {\n    "other": {}, // keep me\n    "weather": {\n      "url": "u"\n    }\n  }\n}',
    );
  });

  it("stays on one line where the file does", () => {
    assert.equal(
      upsertEntry('{"a":1,"mcpServers":{}}', claudeDesktop, "weather", entry).text,
      '{"a":1,"mcpServers":{"weather":{"command":"npx","args":["-y","weather"]}}}',
    );
    assert.equal(
      upsertEntry('{ "a": 1 }\n', claudeDesktop, "weather", { url: "u" }).text,
      '{ "a": 1, "mcpServers": { "weather": { "url": "u" } } }\n',
    );
  });

  for (const [title, text, created] of [
    ["no file", undefined, ["root", "mcpServers"]],
    ["an empty file", "", ["root", "mcpServers"]],
    ["an empty object", "{}\n", ["mcpServers"]],
  ] as const) {
    it(`writes a readable file where there is ${title}`, () => {
      const merged = upsertEntry(text, claudeDesktop, "weather", { url: "u" });
      const expected = '{\n  "mcpServers": {\n    "weather": {\n      "url": "u"\n    }\n  }\n}\n';
      assert.deepEqual(merged, { text: expected, created });
      const removed = removeEntry(merged.text, claudeDesktop, "weather", {
        entry: { url: "u" },
        created: [...created],
      });
      assert.deepEqual(removed, { text: text ?? "", outcome: "removed" });
    });
  }

  it("replaces our own entry in its place", () => {
    const text = '{\n  "mcpServers": {\n    "weather": {"url": "old"}, // ours\n    "other": {}\n  }\n}\n';
    const owned = { entry: { url: "old" }, created: [] };
    assert.equal(
      upsertEntry(text, cursor, "weather", { url: "new" }, owned).text,
      '{\n  "mcpServers": {\n    "weather": {\n      "url": "new"\n    }, // ours\n    "other": {}\n  }\n}\n',
    );
  });

  it("takes an equal entry as ours, whatever its formatting and key order", () => {
    const text = '{"mcpServers":{"weather":{"args":["-y","weather"],"command":"npx"}}}';
    assert.deepEqual(upsertEntry(text, cursor, "weather", entry), { text, created: [] });
  });

  it("writes our entry again when the user has removed it", () => {
    const owned = { entry: { url: "old" }, created: [] };
    const merged = upsertEntry('{"mcpServers":{"a":{}}}', cursor, "weather", { url: "u" }, owned);
    assert.equal(merged.text, '{"mcpServers":{"a":{},"weather":{"url":"u"}}}');
  });

  it("keeps a map that the user left empty, and drops one that we created", () => {
    const text = '{"a":1,"mcpServers":{"weather":{"url":"u"}}}';
    const rest = (created: string[]) => removeEntry(text, cursor, "weather", { entry: { url: "u" }, created }).text;
    assert.equal(rest([]), '{"a":1,"mcpServers":{}}');
    assert.equal(rest(["mcpServers"]), '{"a":1}');
  });

  it("keeps a map that we created when the user has put something into it", () => {
    const text = '{\n  "mcpServers": {\n    "weather": {"url": "u"},\n    "mine": {}\n  }\n}\n';
    const removed = removeEntry(text, cursor, "weather", { entry: { url: "u" }, created: ["root", "mcpServers"] });
    assert.equal(removed.text, '{\n  "mcpServers": {\n    "mine": {}\n  }\n}\n');
  });
});

describe("clients: entries that are not ours", () => {
  const text = '{"mcpServers":{"weather":{"url":"theirs"}}}';

  it("are never overwritten", () => {
    assert.deepEqual(
      refusal(() => upsertEntry(text, cursor, "weather", { url: "ours" })),
      {
        message: 'there is already a server "weather" that this stack did not write, and it is left as it is',
        fix: "rename or remove mcpServers.weather in the file, or give the server another name",
      },
    );
  });

  it("include ours once the user has edited it", () => {
    const owned = { entry: { url: "ours" }, created: [] };
    const { message, fix } = refusal(() => upsertEntry(text, cursor, "weather", { url: "newer" }, owned));
    assert.equal(message, 'the server "weather" has been edited since this stack wrote it, and is left as it is');
    assert.match(fix ?? "", /remove mcpServers\.weather .* or take Cursor off/);
    assert.deepEqual(removeEntry(text, cursor, "weather", owned), { text, outcome: "edited" });
  });

  it("are not found where there are none", () => {
    const owned = { entry: { url: "ours" }, created: [] };
    assert.deepEqual(removeEntry('{"mcpServers":{}}', cursor, "weather", owned).outcome, "absent");
    assert.equal(findEntry('{"mcpServers":{}}', cursor, "constructor"), undefined);
    assert.equal(findEntry("{}", cursor, "weather"), undefined);
  });

  it("leave a placeholder that the user has filled in ours, and what they wrote in place", () => {
    const written: JsonObject = { command: "a", args: ["<KEY>"], env: { KEY: "<KEY>", AUTH: "Bearer <TOKEN>" } };
    const filled = '{"mcpServers":{"weather":{"command":"a","args":["<KEY>"],"env":{"KEY":"s3","AUTH":"Bearer t"}}}}';
    const owned = { entry: written, created: [] };
    assert.deepEqual(upsertEntry(filled, claudeDesktop, "weather", written, owned), { text: filled, created: [] });
    const next = { ...written, command: "b" };
    assert.equal(
      upsertEntry(filled, claudeDesktop, "weather", next, owned).text,
      filled.replace('"command":"a"', '"command":"b"'),
    );
    assert.equal(removeEntry(filled, claudeDesktop, "weather", owned).outcome, "removed");

    const elsewhere = filled.replace('"command":"a"', '"command":"mine"');
    assert.equal(removeEntry(elsewhere, claudeDesktop, "weather", owned).outcome, "edited");
    const scheme = filled.replace("Bearer t", "Basic t");
    assert.equal(removeEntry(scheme, claudeDesktop, "weather", owned).outcome, "edited");
  });

  it("without a record of ours are no ours, even if only a placeholder differs", () => {
    const filled = '{"mcpServers":{"weather":{"env":{"KEY":"s3"}}}}';
    assert.match(
      refusal(() => upsertEntry(filled, claudeDesktop, "weather", { env: { KEY: "<KEY>" } })).message,
      /did not write/,
    );
  });
});

describe("clients: malformed JSON", () => {
  const cases: [string, string, RegExp, string | undefined][] = [
    ["a missing brace", '{\n  "mcpServers": {\n', /is not valid JSON/, "3:1"],
    ["a missing comma", '{\n  "a": 1\n  "b": 2\n}', /is not valid JSON/, "3:3"],
    ["text after the end", "{}\n{}", /is not valid JSON/, "2:1"],
    ["a bare word", "oops", /is not valid JSON/, "1:1"],
    ["a list", "[]", /the file must be an object/, "1:1"],
    ["null", "null", /the file must be an object/, "1:1"],
    ["servers that are a list", '{"mcpServers": []}', /"mcpServers" must be an object/, "1:16"],
    ["servers that are null", '{"mcpServers": null}', /"mcpServers" must be an object/, "1:16"],
    ["servers twice", '{"mcpServers": {},\n "mcpServers": {}}', /has the key "mcpServers" twice/, "2:2"],
    ["our name twice", '{"mcpServers": {"weather": {}, "weather": {}}}', /has the key "weather" twice/, "1:32"],
  ];
  for (const [title, text, message, at] of cases) {
    it(`refuses ${title}, naming the place`, () => {
      const refused = refusal(() => upsertEntry(text, cursor, "weather", entry));
      assert.match(refused.message, message);
      assert.equal(refused.at, at);
      assert.match(refused.fix ?? "", /not touched/);
      assert.throws(() => removeEntry(text, cursor, "weather", { entry, created: [] }), MergeError);
    });
  }

  it("refuses comments and trailing commas where the client reads strict JSON, and only there", () => {
    const comment = '{\n  // mine\n  "mcpServers": {}\n}';
    assert.deepEqual(
      { ...refusal(() => upsertEntry(comment, claudeDesktop, "weather", entry)), fix: undefined },
      { message: "has a comment, which this client can't read", at: "2:3", fix: undefined },
    );
    assert.match(refusal(() => upsertEntry('{"a": 1,}', claudeDesktop, "weather", entry)).message, /not valid JSON/);
    assert.ok(upsertEntry(comment, gemini, "weather", entry).text.includes("// mine"));
  });

  it("does not mind duplicates and oddities that are none of its business", () => {
    const text = '{"a":1,"a":2,"__proto__":{"x":1},"mcpServers":{}}';
    assert.ok(upsertEntry(text, cursor, "weather", { url: "u" }).text.startsWith('{"a":1,"a":2,"__proto__":{"x":1},'));
  });
});

describe("clients: inputs of VS Code", () => {
  const secret = (name: string): JsonObject => ({ env: { [name]: `\${input:weather-${name}}` } });
  const ids = (text: string) => JSON.parse(text).inputs?.map(({ id }: { id: string }) => id);

  it("come and go with the entry that needs them", () => {
    const text = '{"inputs":[{"id":"mine"}],"servers":{}}';
    const one = upsertEntry(text, vscode, "weather", secret("KEY"));
    assert.deepEqual(ids(one.text), ["mine", "weather-KEY"]);
    const two = upsertEntry(one.text, vscode, "weather", secret("TOKEN"), {
      entry: secret("KEY"),
      created: one.created,
    });
    assert.deepEqual(ids(two.text), ["mine", "weather-TOKEN"]);
    const gone = removeEntry(two.text, vscode, "weather", { entry: secret("TOKEN"), created: two.created });
    assert.equal(gone.text, text);
  });

  it("stay when the user has changed them or uses them elsewhere", () => {
    const merged = upsertEntry('{"servers":{}}', vscode, "weather", secret("KEY"));
    const owned = { entry: secret("KEY"), created: merged.created };
    const edited = merged.text.replace("KEY of the MCP server weather", "My key");
    assert.deepEqual(ids(removeEntry(edited, vscode, "weather", owned).text), ["weather-KEY"]);
    const used = merged.text.replace('"servers":{', `"servers":{"mine":${JSON.stringify(secret("KEY"))},`);
    assert.deepEqual(ids(removeEntry(used, vscode, "weather", owned).text), ["weather-KEY"]);
  });

  it("are used as they are when the user has written them before", () => {
    const text = '{"inputs":[{"id":"weather-KEY","type":"promptString"}]}';
    const merged = upsertEntry(text, vscode, "weather", secret("KEY"));
    assert.deepEqual(JSON.parse(merged.text).inputs, JSON.parse(text).inputs);
    const gone = removeEntry(merged.text, vscode, "weather", { entry: secret("KEY"), created: merged.created });
    assert.equal(gone.text, text);
  });

  it("that are no list are refused", () => {
    assert.deepEqual(refusal(() => upsertEntry('{"inputs":{}}', vscode, "weather", secret("KEY"))).at, "1:11");
  });
});

describe("clients: the last check of an edited JSON file", () => {
  const same = (before: string, after: string) => sameOthers(before, after, vscode, "weather", ["weather-KEY"]);

  it("lets our entry, our inputs and empty containers differ", () => {
    const after = '{"a":1,"servers":{"weather":{}},"inputs":[{"id":"weather-KEY"}]}';
    assert.equal(same('{"a":1}', after), true);
    assert.equal(same('{"a":1,"servers":{},"inputs":[]}', after), true);
  });

  it("lets nothing else differ", () => {
    assert.equal(same('{"a":1}', '{"a":2}'), false);
    assert.equal(same('{"servers":{"mine":{}}}', '{"servers":{"weather":{}}}'), false);
    assert.equal(same('{"inputs":[{"id":"mine"}]}', '{"inputs":[]}'), false);
    assert.equal(same('{"inputs":[{"id":"mine"}]}', '{"inputs":[{"id":"mine"},{"id":"new"}]}'), false);
  });
});
