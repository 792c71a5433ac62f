import assert from "node:assert/strict";
import type { V1DaemonSet, V1Deployment, V1Pod } from "@kubernetes/client-node";
import { usageFrom } from "../../../../cli/status/kubernetes";
import { workloadCondition } from "../../../../cli/status/podCondition";
import { crashingPod, notReady, pod, readyPod } from "../../kubernetes/pods";

const NOW = Date.parse("2026-11-24T12:00:00Z");

/** A Deployment with so many replicas, some of them ready. */
const deployment = (replicas: number, readyReplicas: number, more: V1Deployment["status"] = {}): V1Deployment => ({
  spec: { replicas, selector: { matchLabels: {} }, template: {} },
  status: { readyReplicas, ...more },
});
const condition = (workload: V1Deployment | V1DaemonSet, ...pods: V1Pod[]) => workloadCondition(workload, pods, NOW);

/** A pod whose container runs since so many seconds and is not ready. */
function unready(seconds: number, started: boolean, name = "weather-1"): V1Pod {
  const state = { running: { startedAt: new Date(NOW - seconds * 1_000) } };
  const one = pod(name, { containerStatuses: [notReady({ state, started })] });
  const readinessProbe = { initialDelaySeconds: 5, periodSeconds: 5, failureThreshold: 3 };
  return { ...one, spec: { containers: [{ name: "weather", readinessProbe }] } };
}

describe("condition of pods", () => {
  it("is healthy when as many are ready as are wanted", () => {
    const ready = { count: 2, wanted: 2 };
    assert.deepEqual(condition(deployment(2, 2), readyPod("a"), readyPod("b")), { health: "healthy", ready });
    const set = { spec: {}, status: { desiredNumberScheduled: 3, numberReady: 3 } } as V1DaemonSet;
    assert.deepEqual(condition(set), { health: "healthy", ready: { count: 3, wanted: 3 } });
  });

  it("stays healthy while a new version can't start, and says so", () => {
    assert.deepEqual(condition(deployment(1, 1), readyPod("old"), crashingPod("new")), {
      health: "healthy",
      ready: { count: 1, wanted: 1 },
      reason: "pod new: it ends again and again (exit code 3)",
    });
    assert.equal(condition(deployment(1, 1), readyPod("old"), unready(1, false)).reason, undefined);
  });

  it("is stopped with no replica wanted", () => {
    const reason = "it is scaled to 0 replicas";
    assert.deepEqual(condition(deployment(0, 0)), { health: "stopped", ready: { count: 0, wanted: 0 }, reason });
  });

  it("is starting as long as pods have the time that their probes give them", () => {
    const ready = { count: 0, wanted: 1 };
    const reason = "pod weather-1: it is not ready yet";
    for (const young of [unready(300, false), unready(19, true)]) {
      assert.deepEqual(condition(deployment(1, 0), young), { health: "starting", ready, reason });
    }
    assert.deepEqual(condition(deployment(1, 0), unready(20, true)), { health: "unhealthy", ready, reason });
    const creating = pod("a", {
      containerStatuses: [notReady({ state: { waiting: { reason: "ContainerCreating" } } })],
    });
    assert.equal(condition(deployment(1, 0), creating).health, "starting");
    const none = { health: "starting", ready, reason: "its pods are not there yet" };
    assert.deepEqual(condition(deployment(1, 0)), none);
  });

  it("is unhealthy with pods that crash, can't be pulled, placed or made", () => {
    assert.deepEqual(condition(deployment(2, 1), readyPod("a"), crashingPod("b")), {
      health: "unhealthy",
      ready: { count: 1, wanted: 2 },
      reason: "pod b: it ends again and again (exit code 3)",
    });
    const waiting = { waiting: { reason: "ErrImagePull", message: "no such host" } };
    const unpulled = pod("a", { containerStatuses: [notReady({ state: waiting })] });
    const health = (...pods: V1Pod[]) => condition(deployment(1, 0), ...pods).health;
    assert.equal(health(unpulled), "unhealthy");
    assert.equal(health(pod("a", { conditions: [{ type: "PodScheduled", status: "False" }] })), "unhealthy");
    const refused = { conditions: [{ type: "ReplicaFailure", status: "True", message: "exceeded quota" }] };
    assert.deepEqual(condition(deployment(1, 0, refused)), {
      health: "unhealthy",
      ready: { count: 0, wanted: 1 },
      reason: "the cluster refuses its pods: exceeded quota",
    });
  });
});

describe("use of pods", () => {
  const metric = (name: string, ...containers: [string, string, string][]) => ({
    metadata: { name, namespace: "mcp-prod", selfLink: "", creationTimestamp: "" },
    timestamp: "",
    window: "",
    containers: containers.map(([name, cpu, memory]) => ({ name, usage: { cpu, memory } })),
  });

  it("is the sum over the servers' own containers", () => {
    const known = [
      metric("a", ["sidecar", "1", "1Gi"], ["weather", "12500000n", "1024Ki"]),
      metric("b", ["weather", "250m", "2Mi"]),
      metric("other", ["weather", "1", "1Gi"]),
    ];
    const usage = usageFrom(known, [pod("a"), pod("b")]);
    assert.deepEqual(usage, { memoryBytes: 3 * 1024 ** 2, cpuCores: 0.2625 });
  });

  it("is unknown as long as metrics-server does not know all of them", () => {
    assert.equal(usageFrom([metric("a", ["weather", "1m", "1Mi"])], [pod("a"), pod("b")]), undefined);
  });
});
