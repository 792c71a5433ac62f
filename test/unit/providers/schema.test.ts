import assert from "node:assert/strict";
import { containsSecret, type Properties, plain, secret, UNKNOWN } from "../../support/providers/values";
import { CONTAINER, previewContext as context, IMAGE, PASSWORD, resourceType } from "./types";

const check = (token: string, inputs: Properties) => resourceType(token).check(context, {}, inputs);
const problems = async (token: string, inputs: Properties) =>
  (await check(token, inputs)).failures.map(({ path, reason }) => `${path}: ${reason}`);

describe("test providers, inputs against the official schema", () => {
  const valid = { image: "sha256:1", memory: 64, ports: [{ internal: 80, ip: "127.0.0.1" }], envs: ["A=1"] };

  it("take valid inputs", async () => {
    assert.deepEqual(await problems(CONTAINER, valid), []);
    assert.deepEqual(await problems(CONTAINER, { image: UNKNOWN, labels: UNKNOWN }), []);
  });

  const refused: [string, Properties, RegExp][] = [
    ["an unknown property", { ...valid, imagine: 1 }, /^imagine: Invalid or unknown key\. Allowed are: attach, /],
    ["an unknown property within", { ...valid, ports: [{ internal: 1, extern: 2 }] }, /^ports\[0\]\.extern: Invalid/],
    ["a missing property", { memory: 64 }, /^image: Missing required argument/],
    ["a missing property within", { ...valid, ports: [{ external: 1 }] }, /^ports\[0\]\.internal: Missing required/],
    ["text for a number", { ...valid, memory: "64" }, /^memory: expected integer type, got "64" of type string$/],
    ["a fraction for an integer", { ...valid, memory: 64.5 }, /^memory: expected integer type, got 64\.5/],
    ["a number for text", { ...valid, cpus: 0.5 }, /^cpus: expected string type, got 0\.5 of type number$/],
    ["a map for a list", { ...valid, labels: { a: "b" } }, /^labels: expected array type/],
    ["a list with another type in it", { ...valid, envs: ["A=1", 2] }, /^envs\[1\]: expected string type, got 2/],
    [
      "an unknown restart policy",
      { ...valid, restart: "sometimes" },
      /^restart: 'sometimes' doesn't match the pattern/,
    ],
    ["a duration without a unit", { ...valid, healthcheck: { interval: "5" } }, /^healthcheck\.interval: '5' is not a/],
    ["too little memory", { ...valid, memory: -1 }, /^memory: '-1' cannot be lower than 0\.$/],
  ];
  for (const [what, inputs, problem] of refused) {
    it(`refuse ${what}`, async () => {
      const found = await problems(CONTAINER, inputs);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", problem);
    });
  }

  it("refuse unknown build options and builder versions", async () => {
    const build = { builderVersion: "BuilderV3", secrets: [] };
    const found = await problems(IMAGE, { imageName: "x:1", skipPush: true, build });
    assert.match(found.join("\n"), /build\.builderVersion: expected one of BuilderV1, BuilderBuildKit/);
    assert.match(found.join("\n"), /build\.secrets: Invalid or unknown key/);
  });

  it("refuse a password shorter than what it has to hold", async () => {
    const found = await problems(PASSWORD, { length: 4, minLower: 5 });
    assert.match(found.join("\n"), /length: .*at least sum of min_upper \+ min_lower/);
  });
});

describe("test providers, checked inputs", () => {
  it("have the defaults and names of the official plugin", async () => {
    const { inputs } = await check(CONTAINER, { image: "a", ports: [{ internal: 80 }] });
    assert.deepEqual(inputs, {
      __defaults: [
        "containerReadRefreshTimeoutMilliseconds",
        "mustRun",
        "name",
        "networkMode",
        "removeVolumes",
        "restart",
        "start",
        "waitTimeout",
      ],
      containerReadRefreshTimeoutMilliseconds: 15_000,
      image: "a",
      mustRun: true,
      name: inputs.name,
      networkMode: "bridge",
      ports: [{ __defaults: ["ip", "protocol"], internal: 80, ip: "0.0.0.0", protocol: "tcp" }],
      removeVolumes: true,
      restart: "no",
      start: true,
      waitTimeout: 60,
    });
    assert.match(String(inputs.name), /^web-[0-9a-f]{7}$/);
  });

  it("keep a made-up name", async () => {
    const type = resourceType(CONTAINER);
    const first = await type.check(context, {}, { image: "a" });
    const second = await type.check({ ...context, seed: Uint8Array.from([9]) }, first.inputs, { image: "b" });
    assert.equal(second.inputs.name, first.inputs.name);
  });

  it("keep secrets secret, lists of them as a whole", async () => {
    const { inputs } = await check(CONTAINER, {
      image: "a",
      envs: ["A=1", secret("B=2")],
      logOpts: { tag: secret("t") },
    });
    assert.deepEqual(inputs.envs, secret(["A=1", "B=2"]));
    assert.deepEqual(inputs.logOpts, { tag: secret("t") });
    const { outputs } = await resourceType(CONTAINER).create(context, inputs);
    assert.deepEqual(outputs.envs, secret(["A=1", "B=2"]));
    assert.ok(containsSecret(outputs.logOpts));
    assert.deepEqual(plain(outputs.logOpts ?? null), { tag: "t" });
  });

  it("become a preview in which only what the engine decides is unknown", async () => {
    const { inputs } = await check(CONTAINER, { image: "a", name: "n", ports: [{ internal: 80, external: 81 }] });
    const { outputs } = await resourceType(CONTAINER).create(context, inputs);
    assert.equal(outputs.name, "n");
    assert.equal(outputs.readOnly, false);
    assert.equal(outputs.hostname, UNKNOWN);
    assert.equal(outputs.networkDatas, UNKNOWN);
    assert.deepEqual(outputs.ports, [{ internal: 80, external: 81, ip: "0.0.0.0", protocol: "tcp" }]);
    const open = await check(CONTAINER, { image: "a", ports: [{ internal: 80 }] });
    assert.equal((await resourceType(CONTAINER).create(context, open.inputs)).outputs.ports, UNKNOWN);
  });
});
