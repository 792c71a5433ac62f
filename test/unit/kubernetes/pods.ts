import type { V1ContainerStatus, V1Pod, V1PodStatus } from "@kubernetes/client-node";

/** A pod as the API server shows it, in the parts that matter here. */
export const pod = (name: string, status: V1PodStatus = {}): V1Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "mcp-prod", labels: { "pod-template-hash": "abc" } },
  spec: { containers: [{ name: "weather" }] },
  status: { phase: "Pending", ...status },
});

/** A container that is not ready. */
export const notReady = (status: Partial<V1ContainerStatus>): V1ContainerStatus => ({
  name: "weather",
  image: "registry.example.com/weather",
  imageID: "",
  ready: false,
  started: false,
  restartCount: 0,
  ...status,
});

export const readyPod = (name: string): V1Pod =>
  pod(name, {
    phase: "Running",
    conditions: [
      { type: "PodScheduled", status: "True" },
      { type: "ContainersReady", status: "True" },
      { type: "Ready", status: "True" },
    ],
    containerStatuses: [{ ...notReady({ state: { running: { startedAt: new Date() } } }), ready: true, started: true }],
  });

/** A pod whose container crashed several times. */
export const crashingPod = (name: string): V1Pod =>
  pod(name, {
    phase: "Running",
    conditions: [{ type: "PodScheduled", status: "True" }],
    containerStatuses: [
      notReady({
        restartCount: 2,
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 20s restarting failed container" } },
        lastState: { terminated: { exitCode: 3, reason: "Error" } },
      }),
    ],
  });
