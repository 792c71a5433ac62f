import assert from "node:assert/strict";
import { RESOURCE_KINDS, resourceKind } from "../../../common/resourceTypes";
import { KINDS } from "../../../provider/kinds";
import { provider } from "../../../provider/provider";
import { secretValue } from "../../support/mocks";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value });
const urn = (type: string) => `urn:pulumi:dev::mcp::mcp:index:McpProcess$${type}::weather`;

describe("the provider", () => {
  const real = KINDS.McpCheck;
  const seen: unknown[] = [];
  /** What the resource makes of its inputs. */
  let derived: object = {};
  beforeEach(() => {
    seen.splice(0);
    derived = {};
    const record = async (...values: unknown[]) => {
      seen.push(values);
      const [inputs] = values.filter((value) => typeof value === "object" && !Array.isArray(value)).slice(-1);
      return { id: "weather", outs: { ...(inputs as object), tools: ["greet"], ...derived } };
    };
    KINDS.McpCheck = () => ({ diff: async () => ({}), create: record, update: record }) as never;
  });
  after(() => {
    KINDS.McpCheck = real;
  });

  it("has operations for every kind", () => {
    for (const kind of RESOURCE_KINDS.filter((kind) => kind !== "McpCheck")) {
      const names = Object.keys(KINDS[kind]());
      for (const needed of ["create", "diff", "update"]) assert.ok(names.includes(needed), `${kind}: ${needed}`);
    }
  });

  it("knows a kind by its type, today's and that of states of version 0.1", () => {
    assert.equal(resourceKind("mcp:index:McpCheck"), "McpCheck");
    assert.equal(resourceKind("pulumi-nodejs:dynamic/mcp:Check"), "McpCheck");
    assert.equal(resourceKind("pulumi-nodejs:dynamic/mcp:Process"), "Process");
    assert.equal(resourceKind("docker:index/container:Container"), undefined);
  });

  it("refuses a type that it does not know", async () => {
    const create = async () => provider.create?.(urn("mcp:index:Nothing"), {});
    await assert.rejects(create, /The provider mcp \d+\.\d+\.\d+\S* knows no resource of type mcp:index:Nothing/);
  });

  it("hands on plain values, and marks each that held a secret as secret again", async () => {
    const inputs = { server: "weather", env: { A: "1", B: secret("canary") }, args: ["x", secret("canary")] };
    const { outs } = (await provider.create?.(urn("mcp:index:McpCheck"), inputs)) ?? {};
    assert.deepEqual(seen, [[{ server: "weather", env: { A: "1", B: "canary" }, args: ["x", "canary"] }, ["canary"]]]);
    assert.deepEqual(secretValue(outs.env), { A: "1", B: "canary" });
    assert.deepEqual(secretValue(outs.args), ["x", "canary"]);
    assert.deepEqual([outs.server, outs.tools], ["weather", ["greet"]]);
  });

  it("keeps secrets secret that a program hands over in clear", async () => {
    const inputs = { server: "weather", secrets: { KEY: "canary" } };
    const type = urn("mcp:index:McpCheck");
    assert.deepEqual(secretValue((await provider.check?.(type, {}, inputs))?.inputs.secrets), { KEY: "canary" });
    assert.deepEqual(secretValue((await provider.create?.(type, inputs))?.outs.secrets), { KEY: "canary" });
    assert.deepEqual(secretValue((await provider.update?.("id", type, {}, inputs))?.outs.secrets), { KEY: "canary" });
  });

  it("keeps secret what a resource makes of a secret", async () => {
    derived = { written: { url: "db://canary@host" }, port: 80 };
    const { outs } = (await provider.create?.(urn("mcp:index:McpCheck"), { env: { A: secret("canary") } })) ?? {};
    assert.deepEqual(secretValue(outs.written), { url: "db://canary@host" });
    assert.deepEqual([outs.port, outs.tools], [80, ["greet"]]);
  });

  for (const [what, inputs, told] of [
    ["a secret", { url: secret("canary-1") }, "no canary-1 at host"],
    ["one in a map", { env: { A: secret("canary-1"), B: "other" } }, "other: canary-1"],
    ["one in a list", { args: ["-k", secret("canary-1")] }, "unknown option canary-1"],
    ["a map", { env: secret({ A: "canary-1" }) }, "no canary-1"],
    ["a secret by its name, in clear", { secrets: { A: "canary-1" } }, "A is canary-1"],
    ["one by its name, further in", { workload: { kubeconfig: "canary-1" } }, "canary-1: no context"],
  ] as [string, object, string][]) {
    it(`keeps out of its errors ${what}`, async () => {
      const fail = async () => {
        throw new Error(told);
      };
      const failing = { check: fail, diff: fail, create: fail, read: fail, update: fail, delete: fail };
      KINDS.McpCheck = () => failing as never;
      const type = urn("mcp:index:McpCheck");
      const operations = {
        check: () => provider.check?.(type, {}, inputs),
        diff: () => provider.diff?.("id", type, inputs, {}),
        create: () => provider.create?.(type, inputs),
        read: () => provider.read?.("id", type, inputs),
        update: () => provider.update?.("id", type, inputs, {}),
        delete: () => provider.delete?.("id", type, inputs),
      };
      const message = told.replace("canary-1", "[secret]");
      for (const [name, operation] of Object.entries(operations)) {
        await assert.rejects(async () => operation(), { message }, name);
      }
    });
  }

  it("masks nothing that the program also hands over in clear", async () => {
    const inputs = { host: "127.0.0.1:80", env: secret({ HOST: "127.0.0.1", KEY: "canary" }) };
    await provider.create?.(urn("mcp:index:McpCheck"), inputs);
    assert.deepEqual((seen[0] as unknown[])[1], ["canary"]);
  });

  it("reads a resource as the state has it, where its kind does not look", async () => {
    const props = { server: "weather", secrets: secret({ KEY: "canary" }) };
    assert.deepEqual(await provider.read?.("id", urn("mcp:index:McpCheck"), props), { id: "id", props });
  });
});
