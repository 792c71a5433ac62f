import assert from "node:assert/strict";
import { removeFolders } from "../../support/folder";
import { AUTOSCALER, BUDGET, DEPLOYMENT, deploy, inputsOf, LABELS, SELECTOR } from "./support";

const utilization = (name: string, averageUtilization: number) => ({
  type: "Resource",
  resource: { name, target: { type: "Utilization", averageUtilization } },
});

describe("an autoscaler", () => {
  after(removeFolders);

  it("alone says how many replicas there are, by CPU use unless it is told otherwise", async () => {
    const { resources } = await deploy({
      namespace: "mcp-prod",
      replicas: 2,
      sessions: "none",
      autoscaling: { maxReplicas: 10 },
    });
    assert.deepEqual(inputsOf(resources, AUTOSCALER), {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "weather", namespace: "mcp-prod", labels: LABELS },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "weather" },
        minReplicas: 2,
        maxReplicas: 10,
        metrics: [utilization("cpu", 80)],
        behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
      },
    });
    assert.ok(!Object.hasOwn(inputsOf(resources, DEPLOYMENT).spec, "replicas"));
  });

  it("follows what it is told: memory, and a metric of the pods", async () => {
    const autoscaling = {
      minReplicas: 3,
      maxReplicas: 9,
      memoryPercent: 70,
      metric: "mcp_active_connections",
      metricAverage: "20",
    };
    const { minReplicas, maxReplicas, metrics } = inputsOf(
      (await deploy({ sessions: "affinity", autoscaling })).resources,
      AUTOSCALER,
    ).spec;
    assert.deepEqual([minReplicas, maxReplicas], [3, 9]);
    assert.deepEqual(metrics, [
      utilization("memory", 70),
      {
        type: "Pods",
        pods: { metric: { name: "mcp_active_connections" }, target: { type: "AverageValue", averageValue: "20" } },
      },
    ]);
  });

  it("follows the Deployment under the name that Pulumi gave it", async () => {
    const { resources } = await deploy({
      fixedNames: false,
      sessions: "none",
      autoscaling: { maxReplicas: 2, cpuPercent: 50 },
    });
    const { scaleTargetRef, metrics } = inputsOf(resources, AUTOSCALER).spec;
    assert.equal(scaleTargetRef.name, "weather-deployment-1a2b3c4d");
    assert.deepEqual(metrics, [utilization("cpu", 50)]);
  });

  it("brings a disruption budget, however few replicas there are at times", async () => {
    const { resources } = await deploy({ sessions: "none", autoscaling: { minReplicas: 1, maxReplicas: 5 } });
    assert.deepEqual(inputsOf(resources, BUDGET).spec, { maxUnavailable: 1, selector: { matchLabels: SELECTOR } });
  });
});
