import assert from "node:assert/strict";
import { mergePatch } from "../../support/providers/kubernetes/mergePatch";

describe("the Kubernetes test provider's client-side apply", () => {
  it("sends what changed, field by field, and removes what is left out", () => {
    const before = { spec: { replicas: 2, selector: { app: "a" }, paused: true }, metadata: { name: "a" } };
    const after = { spec: { replicas: 3, selector: { app: "a" } }, metadata: { name: "a" } };
    assert.deepEqual(mergePatch(before, after), { spec: { paused: null, replicas: 3 } });
  });

  it("replaces lists as a whole, and says nothing when nothing changed", () => {
    const ports = (port: number) => ({
      spec: {
        ports: [
          { name: "http", port },
          { name: "metrics", port: 8000 },
        ],
      },
    });
    assert.deepEqual(mergePatch(ports(80), ports(81)), ports(81));
    assert.deepEqual(mergePatch(ports(80), ports(80)), {});
  });
});
