import assert from "node:assert/strict";
import type { Checkpoint } from "../../support/providers/kubernetes/checkpoint";
import { compare } from "../../support/providers/kubernetes/diff";
import { settingsOf } from "../../support/providers/kubernetes/settings";
import type { Diff } from "../../support/providers/resource";
import { type Properties, UNKNOWN } from "../../support/providers/values";

const metadata = { name: "a", namespace: "n" };
const container = {
  name: "main",
  image: "a:1",
  env: [
    { name: "A", value: "1" },
    { name: "B", value: "2" },
  ],
};
const pod = { containers: [container] };
const deployment = (spec: Properties = {}): Properties => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata,
  spec: { replicas: 1, selector: { matchLabels: { app: "a" } }, template: { spec: pod }, ...spec },
});

/** What an update from an object to another would change; the live one has what a cluster adds. */
function diff(before: Properties, after: Properties, { live = {}, ...rest }: Partial<Checkpoint> & Config = {}): Diff {
  const added = { ...before, status: { replicas: 1 }, ...live };
  const settings = settingsOf(rest.config ?? {}, {});
  return compare({ inputs: before, live: added, fieldManager: "" }, after, settings, {
    ignoreChanges: rest.ignoreChanges ?? [],
  });
}
interface Config {
  config?: Record<string, string>;
  ignoreChanges?: string[];
}

const NOTHING: Diff = { changes: {}, replaces: [], deleteBeforeReplace: false };

describe("Kubernetes test provider, what differs", () => {
  it("nothing, for the same inputs, whatever the cluster has added or spelled otherwise", () => {
    const before = deployment();
    const live = { ...before, spec: { ...(before.spec as Properties), strategy: { type: "RollingUpdate" } } };
    assert.deepEqual(diff(before, before, { live }), NOTHING);
    const quota = (cpu: string) => ({ apiVersion: "v1", kind: "ResourceQuota", metadata, spec: { hard: { cpu } } });
    assert.deepEqual(diff(quota("500m"), quota("0.5")), NOTHING);
  });

  it("names the exact place, in lists by position", () => {
    const changed = { ...container, image: "a:2", env: [{ name: "B", value: "2" }] };
    const { changes, replaces } = diff(deployment(), deployment({ template: { spec: { containers: [changed] } } }));
    assert.deepEqual(changes, {
      "spec.template.spec.containers[0].image": "update",
      "spec.template.spec.containers[0].env[0].name": "update",
      "spec.template.spec.containers[0].env[0].value": "update",
      "spec.template.spec.containers[0].env[1]": "delete",
    });
    assert.deepEqual(replaces, []);
  });

  it("quotes keys with dots, and tells additions and removals apart", () => {
    const labelled = (labels: Properties) => ({ ...deployment(), metadata: { ...metadata, labels } });
    assert.deepEqual(
      diff(labelled({ "app.kubernetes.io/name": "a", b: "1" }), labelled({ "a.b/c": "d", b: "1" })).changes,
      {
        'metadata.labels["app.kubernetes.io/name"]': "delete",
        'metadata.labels["a.b/c"]': "add",
      },
    );
  });

  it("what others changed, once a refresh has seen it", () => {
    const before = deployment();
    const live = { ...before, spec: { ...(before.spec as Properties), replicas: 5 } };
    assert.deepEqual(diff(before, before, { live }).changes, { "spec.replicas": "update" });
  });

  it("not what the program ignores", () => {
    const after = deployment({ replicas: 3, template: { spec: { containers: [{ ...container, image: "a:2" }] } } });
    const ignored = (...ignoreChanges: string[]) => Object.keys(diff(deployment(), after, { ignoreChanges }).changes);
    assert.deepEqual(ignored("spec.replicas"), ["spec.template.spec.containers[0].image"]);
    assert.deepEqual(ignored("spec.template"), ["spec.replicas"]);
    assert.deepEqual(ignored("spec"), []);
    // A name that only begins alike is another.
    assert.deepEqual(ignored("spec.rep"), ["spec.replicas", "spec.template.spec.containers[0].image"]);
  });
});

describe("Kubernetes test provider, replacement", () => {
  const spec = (kind: string, value: Properties) => ({ apiVersion: KINDS[kind] ?? "v1", kind, metadata, spec: value });
  const KINDS: Record<string, string> = { StatefulSet: "apps/v1", Job: "batch/v1", PodDisruptionBudget: "policy/v1" };
  const replacing: [string, Properties, Properties, string[]][] = [
    [
      "Service",
      { clusterIP: "1.1.1.1", type: "ClusterIP" },
      { clusterIP: "None", type: "NodePort" },
      ["spec.clusterIP"],
    ],
    ["StatefulSet", { serviceName: "a", replicas: 1 }, { serviceName: "b", replicas: 2 }, ["spec.serviceName"]],
    ["StatefulSet", { replicas: 1 }, { replicas: 1, podManagementPolicy: "Parallel" }, ["spec.podManagementPolicy"]],
    [
      "StatefulSet",
      { volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "1Gi" } } } }] },
      { volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "2Gi" } } } }] },
      ["spec.volumeClaimTemplates[0].spec.resources.requests.storage"],
    ],
    [
      "PersistentVolumeClaim",
      { accessModes: ["a"], storageClassName: "a", resources: { requests: { storage: "1Gi" } } },
      { accessModes: ["b"], storageClassName: "b", resources: { requests: { storage: "2Gi" } } },
      ["spec.accessModes[0]", "spec.storageClassName"],
    ],
    [
      "Job",
      { template: { spec: pod }, backoffLimit: 1 },
      { template: { spec: {} }, backoffLimit: 2 },
      ["spec.template.spec.containers"],
    ],
    ["Pod", pod, { containers: [{ ...container, image: "a:2" }] }, ["spec.containers[0].image"]],
    ["PodDisruptionBudget", { maxUnavailable: 1 }, { maxUnavailable: 2 }, []],
  ];
  for (const [kind, before, after, expected] of replacing) {
    it(`${kind}: ${expected.join(", ") || "nothing"}`, () => {
      const { replaces, changes } = diff(spec(kind, before), spec(kind, after));
      assert.deepEqual(replaces, expected);
      assert.ok(Object.keys(changes).length > 0);
    });
  }

  it("replaces a Deployment for another selector, and removes it first, since its name is fixed", () => {
    assert.deepEqual(diff(deployment(), deployment({ selector: { matchLabels: { app: "b" } } })), {
      changes: { "spec.selector.matchLabels.app": "update" },
      replaces: ["spec.selector.matchLabels.app"],
      deleteBeforeReplace: true,
    });
  });

  it("makes the new one first where it has another name, or another namespace", () => {
    const renamed = (changes: Properties) => ({ ...deployment(), metadata: { ...metadata, ...changes } });
    for (const key of ["name", "namespace"]) {
      const { replaces, deleteBeforeReplace } = diff(deployment(), renamed({ [key]: "b" }));
      assert.deepEqual([replaces, deleteBeforeReplace], [[`metadata.${key}`], false]);
    }
    const annotations = { "pulumi.com/autonamed": "true" };
    const auto = (kind: Properties) => ({ ...kind, metadata: { ...metadata, annotations } });
    const other = auto(deployment({ selector: { matchLabels: { app: "b" } } }));
    assert.equal(diff(auto(deployment()), other).deleteBeforeReplace, false);
  });

  it("replaces a Secret or ConfigMap for other data, unless the provider may change it and it is not immutable", () => {
    const object = (kind: string, value: string, rest: Properties = {}) => ({
      apiVersion: "v1",
      kind,
      metadata,
      data: { a: value },
      ...rest,
    });
    const config = { enableSecretMutable: "true", enableConfigMapMutable: "true" };
    for (const kind of ["Secret", "ConfigMap"]) {
      assert.deepEqual(diff(object(kind, "MQ=="), object(kind, "Mg==")).replaces, ["data.a"]);
      assert.deepEqual(diff(object(kind, "MQ=="), object(kind, "Mg=="), { config }).replaces, []);
      const fixed = { immutable: true };
      assert.deepEqual(diff(object(kind, "MQ==", fixed), object(kind, "Mg==", fixed), { config }).replaces, ["data.a"]);
    }
    const typed = (type: string) => object("Secret", "MQ==", { type });
    assert.deepEqual(diff(typed("Opaque"), typed("b"), { config }).replaces, ["type"]);
  });

  it("replaces for a whole spec that is not known yet: the engine asks so about what depends on a replacement", () => {
    const { replaces } = diff(deployment(), { ...deployment(), spec: UNKNOWN });
    assert.deepEqual(replaces, ["spec.selector"]);
  });
});
