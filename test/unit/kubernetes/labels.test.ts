import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { labels, labelValue, peerLabels, selectorLabels, stackName } from "../../../components/kubernetes/labels";

/** What the API server takes as a label's value. Source: kubernetes.io/docs/concepts/overview/working-with-objects/labels. */
const VALID = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

const asStack = (project: string, stack: string) =>
  pulumi.runtime.setMocks({ call: () => ({}), newResource: () => ({ id: "", state: {} }) }, project, stack, false);

describe("labels", () => {
  before(() => asStack("mcp", "prod"));

  it("are the recommended ones", () => {
    assert.deepEqual(labels("weather", "mcp-server"), {
      "app.kubernetes.io/name": "weather",
      "app.kubernetes.io/instance": "mcp-prod",
      "app.kubernetes.io/component": "mcp-server",
      "app.kubernetes.io/part-of": "mcp",
      "app.kubernetes.io/managed-by": "pulumi",
    });
  });

  it("tell a server's pods from those of other servers and other stacks, by what never changes", async () => {
    assert.deepEqual(selectorLabels("weather"), {
      "app.kubernetes.io/name": "weather",
      "app.kubernetes.io/instance": "mcp-prod",
    });
    assert.deepEqual(peerLabels("mcp-server"), {
      "app.kubernetes.io/instance": "mcp-prod",
      "app.kubernetes.io/component": "mcp-server",
    });
    await asStack("mcp", "staging");
    assert.equal(selectorLabels("weather")["app.kubernetes.io/instance"], "mcp-staging");
    await asStack("mcp", "prod");
  });

  it("find pods by labels that all of them carry", () => {
    const all = labels("weather", "mcp-server");
    for (const some of [selectorLabels("weather"), peerLabels("mcp-server")])
      assert.deepEqual({ ...all, ...some }, all);
  });

  it("leave a valid value as it is", () => {
    for (const text of ["mcp", "a", "My_project.v2-x", "x".repeat(63)]) assert.equal(labelValue(text), text);
  });

  it("make a valid value of anything else, a different one of each", () => {
    const texts = ["-mcp-", "a b", "a+b", "x".repeat(64), `${"x".repeat(63)}y`, `${"x".repeat(53)}-${"y".repeat(20)}`];
    const values = texts.map(labelValue);
    for (const value of values) assert.match(value, VALID);
    assert.equal(new Set(values).size, texts.length);
  });

  it("name what is found again by its name differently in each stack, and the same each time", async () => {
    const before = stackName("redis");
    assert.match(before, /^redis-[0-9a-f]{8}$/);
    assert.equal(stackName("redis"), before);
    await asStack("mcp", "staging");
    assert.notEqual(stackName("redis"), before);
  });
});
