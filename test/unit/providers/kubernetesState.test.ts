import assert from "node:assert/strict";
import { podProblems } from "../../support/providers/kubernetes/await/pod";
import { waitForAwaiter } from "../../support/providers/kubernetes/await/waitFor";
import { fromState, toState } from "../../support/providers/kubernetes/checkpoint";
import type { Cluster } from "../../support/providers/kubernetes/cluster";
import { takenOver } from "../../support/providers/kubernetes/managedFields";
import { checkSettings, replacingSettings, settingsOf } from "../../support/providers/kubernetes/settings";
import { containsSecret, type Properties, secret } from "../../support/providers/values";

describe("Kubernetes test provider, state", () => {
  const inputs = { apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, data: { KEY: "Y2FuYXJ5" } };
  const live = { ...inputs, metadata: { name: "a", uid: "1" } };

  it("holds the live object and the inputs it came from, with what a Secret holds as a secret", () => {
    const state = toState({ inputs, live, fieldManager: "me" }, inputs);
    assert.deepEqual(state.data, secret(inputs.data));
    assert.deepEqual((state.__inputs as Properties).data, secret(inputs.data));
    assert.deepEqual(state.metadata, { name: "a", uid: "1" });
    assert.deepEqual(fromState(state), { inputs, live, fieldManager: "me" });
  });

  it("makes a list secret as a whole when an element is, and no more than that", () => {
    const pod = (value: Properties[string]) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a" },
      spec: { nodeName: "n", containers: [{ env: [{ name: "A", value }] }] },
    });
    const { spec, metadata } = toState({ inputs: pod("1"), live: pod("1"), fieldManager: "" }, pod(secret("1")));
    assert.deepEqual((spec as Properties).containers, secret([{ env: [{ name: "A", value: "1" }] }]));
    assert.equal((spec as Properties).nodeName, "n");
    assert.ok(!containsSecret(metadata));
  });
});

describe("Kubernetes test provider, owners of fields", () => {
  const entry = (manager: string, operation: string, fields: Properties, rest: Properties = {}) => ({
    manager,
    operation,
    fieldsType: "FieldsV1",
    fieldsV1: fields,
    ...rest,
  });
  const object = (...managedFields: Properties[]) => ({ apiVersion: "v1", metadata: { managedFields } });

  it("hands to the applying manager what the creation and kubectl own, together with its own", () => {
    const others = [
      entry("kube-controller-manager", "Update", { "f:status": {} }, { subresource: "status" }),
      entry("someone", "Update", { "f:c": {} }),
    ];
    const owners = takenOver(
      object(
        entry("me", "Apply", { "f:a": { "f:x": {} } }),
        entry("pulumi-kubernetes", "Update", { "f:a": { "f:y": {} }, "f:b": {} }),
        entry("kubectl", "Apply", { "f:d": {} }),
        ...others,
      ),
      "me",
    );
    assert.deepEqual(owners?.slice(0, 2), others);
    assert.equal(owners?.length, 3);
    const { time, ...merged } = owners?.[2] ?? {};
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(merged, {
      manager: "me",
      operation: "Apply",
      apiVersion: "v1",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:a": { "f:x": {}, "f:y": {} }, "f:b": {}, "f:d": {} },
    });
  });

  it("changes nothing where the manager owns all already", () => {
    assert.equal(takenOver(object(entry("me", "Apply", {}), entry("someone", "Update", {})), "me"), undefined);
    const scaled = entry("kubectl", "Update", { "f:spec": {} }, { subresource: "scale" });
    assert.equal(takenOver(object(scaled), "me"), undefined);
  });
});

describe("Kubernetes test provider, settings", () => {
  it("come from the provider, else from the environment", () => {
    assert.equal(settingsOf({}, {}).enableServerSideApply, true);
    assert.equal(settingsOf({}, { PULUMI_K8S_ENABLE_SECRET_MUTABLE: "true" }).enableSecretMutable, true);
    const env = { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" };
    assert.equal(settingsOf({ upsertExistingObjects: "false" }, env).upsertExistingObjects, false);
  });

  it("in strict mode name a cluster, of a provider that somebody made", () => {
    const urn = (name: string) => `urn:pulumi:stack::project::pulumi:providers:kubernetes::${name}`;
    assert.deepEqual(checkSettings(urn("default_4_34_2"), { strictMode: "true", kubeconfig: "k" }), [
      { path: "", reason: "strict mode prohibits default provider" },
      { path: "context", reason: 'strict mode requires Provider "context" argument' },
    ]);
    assert.deepEqual(checkSettings(urn("own"), { strictMode: "true", kubeconfig: "k", context: "c" }), []);
    assert.deepEqual(checkSettings(urn("default_4_34_2"), {}), []);
  });

  it("mean other resources with another cluster, but not with other credentials or a fixed identifier", () => {
    const activeCluster = ({ kubeconfig }: Properties) => String(kubeconfig).split(" ")[0];
    const replaces = (olds: Properties, news: Properties) => replacingSettings(olds, news, activeCluster);
    assert.deepEqual(replaces({ kubeconfig: "one a" }, { kubeconfig: "one b" }), []);
    assert.deepEqual(replaces({ kubeconfig: "one a" }, { kubeconfig: "two a" }), ["kubeconfig"]);
    const fixed = { clusterIdentifier: "x" };
    assert.deepEqual(replaces({ kubeconfig: "one", ...fixed }, { kubeconfig: "two", ...fixed }), []);
    assert.deepEqual(replaces({ clusterIdentifier: "x" }, { clusterIdentifier: "y" }), ["clusterIdentifier"]);
    assert.deepEqual(replaces({ namespace: "a" }, { namespace: "b" }), []);
  });
});

describe("Kubernetes test provider, readiness", () => {
  it("tells what is wrong with a pod, but not why no node takes it", () => {
    const metadata = { name: "a", namespace: "n" };
    const unready = {
      type: "Ready",
      status: "False",
      reason: "ContainersNotReady",
      message: "containers with unready status: [c]",
    };
    const pod = (status: Properties) => ({ metadata, status });
    const containerStatuses = [
      {
        name: "c",
        ready: false,
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } },
        lastState: {
          terminated: { reason: "Error", exitCode: 3, finishedAt: "2026-01-01T00:00:00Z", message: "the-reason" },
        },
      },
    ];
    assert.deepEqual(podProblems(pod({ conditions: [unready], containerStatuses })), [
      "[Pod n/a]: containers with unready status: [c][CrashLoopBackOff] back-off 10s\n" +
        'container "c" terminated at 2026-01-01T00:00:00Z (Error: exit code 3)\nthe-reason',
    ]);
    const unscheduled = { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "no node" };
    assert.deepEqual(podProblems(pod({ conditions: [unscheduled] })), []);
  });

  it("waits for what an annotation says, of the newest generation", async () => {
    const ready = async (annotation: string, live: Properties) => {
      const look = { cluster: {} as Cluster, live, once: false, waited: 0, isUpdate: false };
      return (await waitForAwaiter(annotation).start()(look)).ready;
    };
    const done = {
      metadata: { generation: 2 },
      status: { conditions: [{ type: "Done", status: "True" }], list: [{ n: 1 }] },
    };
    assert.equal(await ready("condition=Done", done), true);
    assert.equal(await ready("condition=Done=False", done), false);
    assert.equal(await ready("jsonpath={.status.list[0].n}=1", done), true);
    assert.equal(await ready("jsonpath={.status.list[0].n}=2", done), false);
    assert.equal(await ready('["condition=Done", "jsonpath={.status.none}"]', done), false);
    assert.equal(
      await ready("jsonpath={.status.list}", { ...done, status: { ...done.status, observedGeneration: 1 } }),
      false,
    );
    assert.throws(() => waitForAwaiter("Done"), /expected a "jsonpath=" or "condition=" prefix, got "Done"/);
  });
});
