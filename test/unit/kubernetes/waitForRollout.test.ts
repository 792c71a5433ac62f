import assert from "node:assert/strict";
import { mock } from "node:test";
import type { CoreV1Event, PortForward, V1Deployment, V1DeploymentStatus, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../../../provider/kubernetes/cluster";
import type { RolloutInputs } from "../../../provider/kubernetes/rolloutProperties";
import { waitForRollout } from "../../../provider/kubernetes/waitForRollout";
import { crashingPod, notReady, pod, readyPod } from "./pods";

const INPUTS: RolloutInputs = {
  server: "weather",
  kind: "Deployment",
  namespace: "mcp-prod",
  object: "weather",
  template: "0123456789abcdef",
  timeoutSeconds: 60,
};

/** What a cluster shows at one time. */
interface Scene {
  status?: V1DeploymentStatus;
  replicas?: number;
  generation?: number;
  pods?: V1Pod[];
}

const done = (replicas: number): V1DeploymentStatus => ({
  observedGeneration: 1,
  replicas,
  updatedReplicas: replicas,
  availableReplicas: replicas,
});
const STARTING: Scene = {
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1 },
  pods: [pod("weather-1")],
};
const READY: Scene = { status: done(1), pods: [readyPod("weather-1")] };
const CRASHING: Scene = { ...STARTING, pods: [crashingPod("weather-1")] };

/** Shows scenes by the time that has passed, in milliseconds. */
function cluster(sceneAt: (passed: number) => Scene, more: Partial<Cluster> = {}): Cluster {
  const start = Date.now();
  const now = () => sceneAt(Date.now() - start);
  return {
    forward: {} as PortForward,
    async workload(): Promise<V1Deployment> {
      const { status = {}, replicas = 1, generation = 1 } = now();
      return {
        metadata: { name: "weather", generation },
        spec: { replicas, selector: { matchLabels: {} }, template: {} },
        status,
      };
    },
    revision: async () => ({ maker: "weather-abc", pods: now().pods ?? [] }),
    warnings: async () => [],
    lastLines: async () => [],
    ...more,
  };
}

/** Waits in simulated time. */
async function wait(watched: Cluster, inputs: Partial<RolloutInputs> = {}) {
  const start = Date.now();
  let outcome: { pod?: string | undefined; error?: string } | undefined;
  waitForRollout(watched, { ...INPUTS, ...inputs }).then(
    (found) => {
      outcome = { pod: found?.metadata?.name };
    },
    (error: Error) => {
      outcome = { error: error.message };
    },
  );
  for (let turn = 0; turn < 2_000; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (outcome) return { ...outcome, passed: Date.now() - start };
    mock.timers.tick(100);
  }
  return assert.fail("it never ended");
}

describe("waitForRollout", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }));
  afterEach(() => mock.timers.reset());

  it("ends at once when the rollout is done, with a pod that is ready", async () => {
    assert.deepEqual(await wait(cluster(() => READY)), { pod: "weather-1", passed: 0 });
  });

  it("ends as soon as every replica is of the newest revision and ready, and not before", async () => {
    const scenes: [from: number, scene: Scene][] = [
      [0, { ...READY, generation: 2 }],
      [2_000, { status: { ...done(2), updatedReplicas: 1, observedGeneration: 2 }, replicas: 2, generation: 2 }],
      [4_000, { status: { ...done(2), replicas: 3, observedGeneration: 2 }, replicas: 2, generation: 2 }],
      [6_000, { status: { ...done(2), availableReplicas: 1, observedGeneration: 2 }, replicas: 2, generation: 2 }],
      [
        8_000,
        {
          status: { ...done(2), observedGeneration: 2 },
          replicas: 2,
          generation: 2,
          pods: [pod("weather-3"), readyPod("weather-4")],
        },
      ],
    ];
    const sceneAt = (passed: number) => scenes.findLast(([from]) => passed >= from)?.[1] as Scene;
    assert.deepEqual(await wait(cluster(sceneAt)), { pod: "weather-4", passed: 8_000 });
  });

  it("ends without a pod where no replica is wanted", async () => {
    assert.deepEqual(await wait(cluster(() => ({ status: done(0), replicas: 0 }))), { pod: undefined, passed: 0 });
  });

  it("fails after 5 seconds of what can't come right, with the cluster's warnings and the pod's last lines", async () => {
    const asked: unknown[] = [];
    const watched = cluster(() => CRASHING, {
      async warnings(names) {
        asked.push(names);
        return [{ reason: "BackOff", message: "Back-off restarting failed container weather" }] as CoreV1Event[];
      },
      async lastLines({ metadata }, count) {
        asked.push([metadata?.name, count]);
        return ["Traceback", "KeyError: 'API_KEY'"];
      },
    });
    const { error, passed } = await wait(watched);
    assert.equal(
      error,
      [
        '"weather" is not rolled out: pod weather-1: it ends again and again (exit code 3).',
        "Warnings of the cluster:",
        "  | BackOff: Back-off restarting failed container weather",
        "Its last lines:",
        "  | Traceback",
        "  | KeyError: 'API_KEY'",
      ].join("\n"),
    );
    assert.equal(passed, 5_000);
    assert.deepEqual(asked, [
      ["weather", "weather-abc", "weather-1"],
      ["weather-1", 20],
    ]);
  });

  it("gives what comes right within 5 seconds its time, each time anew", async () => {
    const flapping = (passed: number) => (passed < 4_500 || (passed >= 5_000 && passed < 9_500) ? CRASHING : STARTING);
    const watched = cluster((passed) => (passed < 12_000 ? flapping(passed) : READY));
    assert.deepEqual(await wait(watched), { pod: "weather-1", passed: 12_000 });
  });

  it("tells of the pod that can't start, not of one that has not started yet", async () => {
    const { error } = await wait(cluster(() => ({ ...STARTING, pods: [pod("weather-1"), crashingPod("weather-2")] })));
    assert.match(error ?? "", /^"weather" is not rolled out: pod weather-2: it ends again and again/);
  });

  it("says how many pods keep serving", async () => {
    const serving = (availableReplicas: number) =>
      wait(cluster(() => ({ ...CRASHING, replicas: 3, status: { ...STARTING.status, availableReplicas } })));
    assert.match((await serving(3)).error ?? "", /\n3 earlier pods keep serving\.\n/);
    assert.match((await serving(1)).error ?? "", /\n1 earlier pod keeps serving\.\n/);
    assert.doesNotMatch((await serving(0)).error ?? "", /keep/);
  });

  it("fails as soon when the cluster refuses the pods, before there are any", async () => {
    const message =
      'pods "weather-abc-x" is forbidden: exceeded quota: quota, requested: pods=1, used: pods=1, limited: pods=1';
    const condition = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message };
    const { error, passed } = await wait(
      cluster(() => ({ status: { observedGeneration: 1, conditions: [condition] } })),
    );
    assert.equal(error, `"weather" is not rolled out: the cluster refuses its pods: ${message}.`);
    assert.equal(passed, 5_000);
  });

  it("tells of the refusal before all else: it is why pods are missing", async () => {
    const condition = { type: "ReplicaFailure", status: "True", message: "exceeded quota" };
    const watched = cluster(() => ({ ...CRASHING, status: { observedGeneration: 1, conditions: [condition] } }));
    assert.match(
      (await wait(watched)).error ?? "",
      /^"weather" is not rolled out: the cluster refuses its pods: exceeded quota\.$/m,
    );
  });

  it("does not hold an earlier revision's failure against one that the cluster has not taken note of", async () => {
    const condition = { type: "ReplicaFailure", status: "True", message: "quota" };
    const old: Scene = { ...CRASHING, generation: 2, status: { observedGeneration: 1, conditions: [condition] } };
    const watched = cluster((passed) => (passed < 9_000 ? old : READY));
    assert.deepEqual(await wait(watched), { pod: "weather-1", passed: 9_000 });
  });

  it("gives up at the deadline, saying how long it waited and for what", async () => {
    const starting = notReady({ state: { running: { startedAt: new Date() } } });
    const unready = pod("weather-1", { containerStatuses: [starting] });
    const watched = cluster(() => ({ ...STARTING, pods: [unready] }), { lastLines: async () => ["listening"] });
    assert.deepEqual(await wait(watched, { timeoutSeconds: 30 }), {
      error:
        '"weather" is not rolled out: pod weather-1: it is not ready yet (waited 30 s).\nIts last lines:\n  | listening',
      passed: 30_000,
    });
    const { error } = await wait(
      cluster(() => ({ status: { observedGeneration: 1 } })),
      { timeoutSeconds: 1 },
    );
    assert.equal(error, '"weather" is not rolled out: its pods are not ready yet (waited 1 s).');
  });

  it("shows each warning once, the last five of them, and none where they can't be read", async () => {
    const events = [1, 2, 3, 3, 4, 5, 6].map((one) => ({ reason: "Unhealthy", message: `probe ${one} failed` }));
    const { error } = await wait(cluster(() => CRASHING, { warnings: async () => events as CoreV1Event[] }));
    assert.deepEqual(error?.match(/probe \d/g), ["probe 2", "probe 3", "probe 4", "probe 5", "probe 6"]);
    const forbidden = await wait(cluster(() => CRASHING, { warnings: () => Promise.reject(new Error("forbidden")) }));
    assert.equal(
      forbidden.error,
      '"weather" is not rolled out: pod weather-1: it ends again and again (exit code 3).\nIt wrote nothing.',
    );
  });
});
