import assert from "node:assert/strict";
import { readSchema, resourceSchema } from "../../support/providers/schema";
import { type Properties, secret, UNKNOWN } from "../../support/providers/values";
import { CONTAINER, previewContext as context, PASSWORD, resourceType, VOLUME } from "./types";

/** What an update from one set of inputs to another would do. */
async function diff(token: string, before: Properties, after: Properties, facts: Properties = {}) {
  const type = resourceType(token);
  const old = await type.check(context, {}, before);
  const state = { ...(await type.create(context, old.inputs)).outputs, ...facts };
  const wanted = await type.check(context, old.inputs, after);
  assert.deepEqual([...old.failures, ...wanted.failures], []);
  return type.diff(state, wanted.inputs);
}

describe("test providers, replace or update", () => {
  const plain = { image: "a", name: "n" };

  it("change nothing for the same inputs, whatever the order of sets and the spelling of nothing", async () => {
    const one = { ...plain, envs: ["A=1", "B=2"], labels: [{ label: "x", value: "1" }], dns: [], user: "" };
    const same = { ...plain, envs: ["B=2", "A=1"], labels: [{ value: "1", label: "x" }], readOnly: false };
    assert.deepEqual((await diff(CONTAINER, one, same)).changes, {});
  });

  it("replace on exactly the properties that the official schema marks", async () => {
    const { inputProperties } = resourceSchema(readSchema("docker"), CONTAINER);
    const samples: Record<string, Properties[string]> = { string: "other", boolean: true, integer: 7 };
    const tried: string[] = [];
    for (const [key, property] of Object.entries(inputProperties)) {
      const value = samples[property.type ?? ""];
      // A default that is the sample already, and values with rules of their own.
      if (value === undefined || ["image", "name", "gpus", "cpuSet", "restart"].includes(key)) continue;
      const after = ["mustRun", "start", "removeVolumes"].includes(key) ? false : value;
      const { changes, replaces } = await diff(CONTAINER, plain, { ...plain, [key]: after });
      assert.deepEqual(Object.keys(changes), [key]);
      assert.deepEqual(replaces, property.willReplaceOnChanges ? [key] : [], key);
      tried.push(key);
    }
    assert.ok(tried.length > 35, tried.join());
  });

  it("replace a container for other labels, and remove it first", async () => {
    const label = (value: string) => ({ ...plain, labels: [{ label: "x", value }] });
    assert.deepEqual(await diff(CONTAINER, label("1"), label("2")), {
      changes: { labels: "update" },
      replaces: ["labels"],
      deleteBeforeReplace: true,
    });
  });

  it("destroy a volume with a fixed name before its replacement, one with a made-up name after", async () => {
    const labels = [{ label: "x", value: "1" }];
    const fixed = await diff(VOLUME, { name: "v" }, { name: "v", labels });
    assert.deepEqual(fixed, { changes: { labels: "add" }, replaces: ["labels"], deleteBeforeReplace: true });
    const named = await diff(VOLUME, {}, { labels });
    assert.deepEqual(named, { changes: { labels: "add" }, replaces: ["labels"], deleteBeforeReplace: false });
  });

  it("update what the engine set beside what was given: memory without swap", async () => {
    const memory = { ...plain, memory: 256 };
    assert.deepEqual(await diff(CONTAINER, memory, memory, { memorySwap: 512 }), {
      changes: { memorySwap: "delete" },
      replaces: [],
      deleteBeforeReplace: true,
    });
  });

  it("leave alone what the engine decides, and the ports that it chose", async () => {
    const ports = { ...plain, ports: [{ internal: 80 }] };
    const facts = {
      hostname: "abc",
      entrypoints: ["x"],
      command: ["y"],
      healthcheck: { tests: ["CMD", "true"] },
      ports: [{ internal: 80, external: 32_768, ip: "0.0.0.0", protocol: "tcp" }],
      user: "1000",
      workingDir: "/app",
    };
    assert.deepEqual((await diff(CONTAINER, ports, ports, facts)).changes, {});
    const fixed = { ...plain, ports: [{ internal: 80, external: 81 }] };
    assert.deepEqual((await diff(CONTAINER, ports, fixed, facts)).replaces, ["ports"]);
  });

  it("replace for a value that is not known yet", async () => {
    assert.deepEqual((await diff(CONTAINER, plain, { ...plain, image: UNKNOWN })).replaces, ["image"]);
  });

  it("compare secrets by what they hold", async () => {
    const envs = (value: string) => ({ ...plain, envs: [secret(value)] });
    assert.deepEqual((await diff(CONTAINER, envs("A=1"), envs("A=1"))).changes, {});
    assert.deepEqual((await diff(CONTAINER, envs("A=1"), envs("A=2"))).replaces, ["envs"]);
  });

  it("start a container again that has stopped", async () => {
    assert.deepEqual((await diff(CONTAINER, plain, plain, { mustRun: false })).changes, { mustRun: "update" });
  });

  it("make another password for every other input", async () => {
    assert.deepEqual((await diff(PASSWORD, { length: 16 }, { length: 17 })).replaces, ["length"]);
    assert.deepEqual((await diff(PASSWORD, { length: 16, special: false }, { length: 16 })).replaces, ["special"]);
    assert.deepEqual((await diff(PASSWORD, { length: 16 }, { length: 16 }, { result: "x" })).changes, {});
  });
});
