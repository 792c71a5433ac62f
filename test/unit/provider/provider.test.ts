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
  before(() => {
    const record = async (...values: unknown[]) => {
      seen.push(values);
      return { id: "weather", outs: { ...(values.at(-1) as object), tools: ["greet"] } };
    };
    KINDS.McpCheck = () => ({ diff: async () => ({}), create: record, update: record }) as never;
  });
  after(() => {
    KINDS.McpCheck = real;
  });
  beforeEach(() => seen.splice(0));

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
    assert.deepEqual(seen, [[{ server: "weather", env: { A: "1", B: "canary" }, args: ["x", "canary"] }]]);
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

  it("reads a resource as the state has it, where its kind does not look", async () => {
    const props = { server: "weather", secrets: secret({ KEY: "canary" }) };
    assert.deepEqual(await provider.read?.("id", urn("mcp:index:McpCheck"), props), { id: "id", props });
  });
});
