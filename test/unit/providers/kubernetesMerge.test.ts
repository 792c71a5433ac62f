import assert from "node:assert/strict";
import { labelled } from "../../support/providers/kubernetes/managedBy";
import { mergeThreeWay } from "../../support/providers/kubernetes/merge";
import type { Properties } from "../../support/providers/values";

const deployment = (spec: Properties): Properties => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "a" },
  spec,
});
const pod = (spec: Properties) => deployment({ template: { spec } });

/** The pod of a live Deployment after an update. */
function merged(original: Properties, modified: Properties, live: Properties): unknown {
  const { spec } = mergeThreeWay(pod(original), pod(modified), pod(live));
  return ((spec as Properties).template as Properties).spec;
}

describe("Kubernetes test provider, client-side apply", () => {
  it("sets what is given, removes what was given before, and leaves the rest", () => {
    const live = { a: 1, b: 1, theirs: 1 };
    assert.deepEqual(merged({ a: 1, b: 1 }, { a: 2, c: 3 }, live), { a: 2, c: 3, theirs: 1 });
    const object = {
      apiVersion: "v1",
      kind: "X",
      metadata: { name: "a", uid: "1", labels: { l: "1" } },
      status: { x: 1 },
    };
    const bare = { apiVersion: "v1", kind: "X", metadata: { name: "a" } };
    const { metadata, status } = mergeThreeWay({ ...bare, metadata: { name: "a", labels: { l: "1" } } }, bare, object);
    assert.deepEqual([metadata, status], [{ name: "a", uid: "1" }, { x: 1 }]);
  });

  it("merges lists by the key of their elements, in the new order, with those of others last", () => {
    const live: Properties = {
      containers: [
        { name: "old", image: "a:1" },
        { name: "main", image: "a:1", imagePullPolicy: "Always", env: [{ name: "A", value: "1" }] },
        { name: "injected", image: "b:1" },
      ],
    };
    const original: Properties = {
      containers: [
        { name: "old", image: "a:1" },
        { name: "main", image: "a:1", env: [{ name: "A", value: "1" }] },
      ],
    };
    const env = [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }];
    const modified: Properties = {
      containers: [
        { name: "new", image: "c:1" },
        { name: "main", image: "a:2", env },
      ],
    };
    assert.deepEqual(merged(original, modified, live), {
      containers: [
        { name: "new", image: "c:1" },
        { name: "main", image: "a:2", imagePullPolicy: "Always", env },
        { name: "injected", image: "b:1" },
      ],
    });
  });

  it("has another port for a changed number, of a container and of a Service", () => {
    const container = (containerPort: number) => ({
      containers: [{ name: "a", ports: [{ name: "http", containerPort }] }],
    });
    assert.deepEqual(merged(container(80), container(81), container(80)), container(81));
    const service = (port: number) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: {},
      spec: { ports: [{ name: "http", port }] },
    });
    assert.deepEqual(mergeThreeWay(service(80), service(81), service(80)), service(81));
  });

  it("replaces lists whose elements have no key, and all lists of custom resources", () => {
    const command = (...words: string[]) => ({ containers: [{ name: "a", command: words }] });
    assert.deepEqual(merged(command("a", "b"), command("c"), command("a", "b")), command("c"));
    const custom = (...names: string[]) => ({
      apiVersion: "a.example.com/v1",
      kind: "X",
      metadata: {},
      spec: { containers: names.map((name) => ({ name })) },
    });
    assert.deepEqual(mergeThreeWay(custom("a"), custom("b"), custom("a", "theirs")), custom("b"));
  });

  it("leaves nothing of another kind of volume or of another strategy", () => {
    const volume = (source: Properties) => ({ volumes: [{ name: "v", ...source }] });
    assert.deepEqual(
      merged(volume({ emptyDir: {} }), volume({ configMap: { name: "m" } }), volume({ emptyDir: {} })),
      volume({ configMap: { name: "m" } }),
    );
    const live = deployment({ strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } } });
    const { spec } = mergeThreeWay(deployment({}), deployment({ strategy: { type: "Recreate" } }), live);
    assert.deepEqual(spec, { strategy: { type: "Recreate" } });
  });

  it("keeps the finalizers of others", () => {
    const object = (...finalizers: string[]) => ({ apiVersion: "v1", kind: "X", metadata: { finalizers } });
    assert.deepEqual(mergeThreeWay(object("old"), object("new"), object("old", "theirs")), object("theirs", "new"));
  });

  it("labels new objects, and those that have the label already", () => {
    const bare = { metadata: { labels: { a: "b" } } };
    const managed = { metadata: { labels: { a: "b", "app.kubernetes.io/managed-by": "pulumi" } } };
    const [client, server] = [{ enableServerSideApply: false }, { enableServerSideApply: true }];
    assert.deepEqual(labelled(bare, {}, client), managed);
    assert.deepEqual(labelled(bare, {}, server), bare);
    assert.deepEqual(labelled(bare, bare, client), bare);
    assert.deepEqual(labelled(bare, managed, server), managed);
  });
});
