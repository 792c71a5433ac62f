import assert from "node:assert/strict";
import type { V1ContainerStatus, V1Pod, V1PodCondition } from "@kubernetes/client-node";
import { podProblem } from "../../../provider/kubernetes/podProblems";
import { notReady, pod, readyPod } from "./pods";

const container = (status: Partial<V1ContainerStatus>): V1Pod =>
  pod("weather-1", { containerStatuses: [notReady(status)] });
const waiting = (reason: string, message?: string, more: Partial<V1ContainerStatus> = {}) =>
  podProblem(container({ state: { waiting: { reason, ...(message && { message }) } }, ...more }));
const ended = (exitCode: number, reason = "Error") => ({ terminated: { exitCode, reason } });

describe("what keeps a pod from being ready", () => {
  it("is nothing when it is ready, whatever happened before", () => {
    assert.equal(podProblem(readyPod("weather-1")), undefined);
    const restarted = readyPod("weather-1");
    const [status] = restarted.status?.containerStatuses ?? [];
    Object.assign(status ?? {}, { restartCount: 7, lastState: ended(1) });
    assert.equal(podProblem(restarted), undefined);
  });

  it("is that it has not started, at first", () => {
    const expected = { message: "it is not started yet", isFinal: false };
    assert.deepEqual(podProblem({}), expected);
    assert.deepEqual(podProblem(pod("weather-1", { phase: "Pending" })), expected);
    assert.deepEqual(waiting("ContainerCreating"), { message: "it is not ready yet", isFinal: false });
    assert.deepEqual(waiting("PodInitializing"), { message: "PodInitializing", isFinal: false });
  });

  it("may pass when no node has room: clusters add nodes", () => {
    const message = "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate";
    const condition: V1PodCondition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
    const problem = podProblem(pod("weather-1", { phase: "Pending", conditions: [condition] }));
    assert.deepEqual(problem, { message: `no node takes it: ${message}`, isFinal: false });
    const { message: _, ...bare } = condition;
    assert.equal(podProblem(pod("weather-1", { conditions: [bare] }))?.message, "no node takes it: Unschedulable");
  });

  it("is final when the image can't be pulled a second time", () => {
    const message = 'failed to resolve reference "registry.example.com/weather@sha256:...": not found';
    assert.deepEqual(waiting("ErrImagePull", message), {
      message: `its image can't be pulled (${message})`,
      isFinal: false,
    });
    const again = 'Back-off pulling image "registry.example.com/weather"';
    assert.deepEqual(waiting("ImagePullBackOff", again), {
      message: `its image can't be pulled (${again})`,
      isFinal: true,
    });
    assert.deepEqual(waiting("InvalidImageName"), { message: "its image has no valid name", isFinal: true });
    assert.equal(waiting("ErrImageNeverPull")?.isFinal, true);
  });

  it("is final when the container can't be configured, created or started", () => {
    const message = 'secret "weather-secrets" not found';
    assert.deepEqual(waiting("CreateContainerConfigError", message), {
      message: `its container can't be configured (${message})`,
      isFinal: true,
    });
    assert.equal(waiting("CreateContainerError", "x")?.message, "its container can't be created (x)");
    assert.equal(waiting("RunContainerError", "x")?.message, "its container can't be started (x)");
  });

  it("is final when the server ends again and again, with how it ended", () => {
    const backOff = "back-off 10s restarting failed container=weather pod=weather-1";
    assert.deepEqual(waiting("CrashLoopBackOff", backOff, { restartCount: 1, lastState: ended(3) }), {
      message: "it ends again and again (exit code 3)",
      isFinal: true,
    });
    assert.deepEqual(waiting("CrashLoopBackOff", backOff, { restartCount: 2, lastState: ended(137, "OOMKilled") }), {
      message: "it ends again and again (it used more memory than its limit)",
      isFinal: true,
    });
  });

  it("is not final when the server ended once: it may have waited for another", () => {
    const once = podProblem(container({ state: ended(1) }));
    assert.deepEqual(once, { message: "it ended (exit code 1)", isFinal: false });
    const twice = podProblem(container({ state: ended(1), restartCount: 1 }));
    assert.deepEqual(twice, { message: "it ended (exit code 1)", isFinal: true });
    const running = { startedAt: new Date() };
    const restarted = podProblem(container({ state: { running }, lastState: ended(1), restartCount: 1 }));
    assert.deepEqual(restarted, { message: "it ended 1 times (exit code 1)", isFinal: false });
    const often = podProblem(container({ state: { running }, lastState: ended(1), restartCount: 2 }));
    assert.deepEqual(often, { message: "it ended 2 times (exit code 1)", isFinal: true });
  });

  it("is that a probe fails while the server runs", () => {
    const running = podProblem(container({ state: { running: { startedAt: new Date() } } }));
    assert.deepEqual(running, { message: "it is not ready yet", isFinal: false });
  });
});
