import assert from "node:assert/strict";
import { removeFolders } from "../../support/folder";
import { deploy, inputsOf, LABELS, SELECTOR, SERVICE } from "./support";

describe("a server's Service", () => {
  after(removeFolders);

  it("is reached inside the cluster on port 80, and waits for nothing", async () => {
    const { resources } = await deploy({ namespace: "mcp-prod", port: 9000, metricsPort: 9100 });
    assert.deepEqual(inputsOf(resources, SERVICE), {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "weather",
        namespace: "mcp-prod",
        labels: LABELS,
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: {
        type: "ClusterIP",
        selector: SELECTOR,
        ports: [
          { name: "http", protocol: "TCP", port: 80, targetPort: "http" },
          { name: "metrics", protocol: "TCP", port: 9100, targetPort: "metrics" },
        ],
      },
    });
  });

  it("keeps a client at its replica for sessions by affinity, and for no other", async () => {
    const specOf = async (sessions: "none" | "affinity" | "redis") =>
      inputsOf((await deploy({ sessions, replicas: 2 })).resources, SERVICE).spec;
    const { sessionAffinity, sessionAffinityConfig } = await specOf("affinity");
    assert.equal(sessionAffinity, "ClientIP");
    assert.deepEqual(sessionAffinityConfig, { clientIP: { timeoutSeconds: 10800 } });
    assert.equal((await specOf("none")).sessionAffinity, undefined);
    assert.equal((await specOf("redis")).sessionAffinity, undefined);
  });
});
