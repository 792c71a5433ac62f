import assert from "node:assert/strict";
import { parse as parseToml } from "smol-toml";
import { clientFormats, clientIds } from "../../../common/clients";
import type { Endpoint } from "../../../common/clients/endpoint";
import { findEntry, removeEntry, upsertEntry } from "../../../provider/clients/merge";
import { jsonFile, Random, tomlFile } from "./generate";

const FILES = 400;

const first: Endpoint = {
  transport: "stdio",
  command: "docker",
  args: ["run", "-i", "weather"],
  env: { REGION: 'a "b" \\ c\nd' },
  secretNames: ["API_KEY", "TOKEN"],
};
const second: Endpoint = { transport: "http", url: "https://weather.example.com/mcp", secretNames: [] };

describe("clients: a merged file, undone", () => {
  for (const client of clientIds) {
    const format = clientFormats[client];

    it(`${format.title}: entry in, changed, changed back and out gives ${FILES} files back to the byte`, () => {
      const entry = format.entry(first, "weather");
      const other = format.entry(second, "weather");
      let merged = 0;
      for (let seed = 1; seed <= FILES; seed++) {
        const text = generate(format.kind, format.serversPath[0] ?? "", new Random(seed));
        if (text === undefined) continue;
        merged++;
        const message = `seed ${seed}: ${JSON.stringify(text)}`;

        const added = upsertEntry(text, format, "weather", entry);
        assert.notEqual(added.text, text, message);
        assert.deepEqual(findEntry(added.text, format, "weather"), entry, message);
        assertOnlyInserts(text, added.text, message);

        const changed = upsertEntry(added.text, format, "weather", other, { entry, created: added.created });
        const back = upsertEntry(changed.text, format, "weather", entry, { entry: other, created: changed.created });
        for (const [state, owned] of [
          [added, { entry, created: added.created }],
          [changed, { entry: other, created: changed.created }],
          [back, { entry, created: back.created }],
        ] as const) {
          const removed = removeEntry(state.text, format, "weather", owned);
          assert.deepEqual(removed, { text, outcome: "removed" }, message);
        }
      }
      assert.ok(merged > FILES / 2, `only ${merged} of the generated files are valid`);
    });

    it(`${format.title}: two entries, taken out in either order, give the file back`, () => {
      const entry = format.entry(first, "weather");
      const other = format.entry(first, "news");
      for (let seed = 1; seed <= FILES / 4; seed++) {
        const text = generate(format.kind, format.serversPath[0] ?? "", new Random(seed));
        if (text === undefined) continue;
        const one = upsertEntry(text, format, "weather", entry);
        const two = upsertEntry(one.text, format, "news", other);
        const created = [...one.created, ...two.created];
        for (const order of [
          ["weather", "news"],
          ["news", "weather"],
        ] as const) {
          const result = order.reduce(
            (state, name) => removeEntry(state, format, name, { entry: name === "news" ? other : entry, created }).text,
            two.text,
          );
          assert.equal(result, text, `seed ${seed}, ${order}: ${JSON.stringify(text)}`);
        }
      }
    });
  }
});

function generate(kind: "json" | "jsonc" | "toml", key: string, random: Random): string | undefined {
  if (kind !== "toml") return jsonFile(random, key, kind);
  const text = tomlFile(random);
  try {
    parseToml(text.replace(/^\uFEFF/, ""), { integersAsBigInt: "asNeeded" });
    return text;
  } catch {
    return undefined;
  }
}

/** The merged text is the user's with insertions: no character of theirs is lost or has moved. */
function assertOnlyInserts(before: string, after: string, message: string): void {
  let position = 0;
  for (const character of before) {
    const found = after.indexOf(character, position);
    assert.ok(found >= 0, `${message}\nlost ${JSON.stringify(character)} in ${JSON.stringify(after)}`);
    position = found + character.length;
  }
}
