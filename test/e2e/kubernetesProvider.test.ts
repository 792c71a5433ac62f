import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { describeProgram, IMAGE, pods, type Resources } from "../support/kubernetesProgram";

describeProgram("Kubernetes types, by the official plugin or the test provider", (cluster) => {
  const { program, up } = cluster;

  it("make a Deployment and wait for its pods, leave it alone, update it in place, replace it for another selector", async () => {
    const deployment =
      (app: string, label: string): Resources =>
      (opts) => {
        const args = { metadata: { name: "web" }, spec: pods(app, label) };
        const { metadata, status } = new k8s.apps.v1.Deployment("web", args, opts);
        return { name: metadata.name, namespace: metadata.namespace, ready: status.readyReplicas };
      };
    assert.deepEqual((await cluster.stack.preview(program(deployment("one", "1")))).steps, ["create web"]);
    assert.deepEqual(await up(deployment("one", "1")), ["create web"]);
    assert.deepEqual(await cluster.stack.outputs(), { name: "web", namespace: cluster.namespace, ready: 1 });
    assert.deepEqual(await up(deployment("one", "1")), []);
    assert.deepEqual((await cluster.stack.refresh()).steps, []);
    assert.deepEqual(await up(deployment("one", "1")), []);
    assert.deepEqual(await up(deployment("one", "2")), ["update web"]);
    assert.deepEqual(await up(deployment("one", "2")), []);
    // It has a fixed name: the old one has to go first.
    assert.deepEqual(await up(deployment("two", "2")), ["delete-replaced web", "create-replacement web"]);
  });

  it("name a Secret after its resource, and replace it for other data: the new one before the old one goes", async () => {
    const secret =
      (value: string): Resources =>
      (opts) => ({ name: new k8s.core.v1.Secret("key", { stringData: { KEY: value } }, opts).metadata.name });
    assert.deepEqual(await up(secret("canary-1")), ["create key"]);
    const first = String((await cluster.stack.outputs()).name);
    assert.match(first, /^key-[0-9a-f]{8}$/);
    const made = await cluster.core.readNamespacedSecret({ name: first, namespace: cluster.namespace });
    assert.deepEqual(made.data, { KEY: Buffer.from("canary-1").toString("base64") });
    assert.deepEqual(made.metadata?.annotations, { "pulumi.com/autonamed": "true" });
    assert.deepEqual(await up(secret("canary-1")), []);
    assert.deepEqual(await up(secret("canary-2")), ["create-replacement key", "delete-replaced key"]);
    assert.notEqual((await cluster.stack.outputs()).name, first);
    const state = cluster.stack.state();
    for (const value of ["canary-1", "canary-2"]) {
      assert.ok(!state.includes(value) && !state.includes(Buffer.from(value).toString("base64")), value);
    }
  });

  it("update a Secret and a ConfigMap in place where the provider is told that they may change", async () => {
    const objects =
      (value: string, ...labels: string[]): Resources =>
      (opts) => {
        const metadata = { name: "fixed", labels: Object.fromEntries(labels.map((label) => [label, "yes"])) };
        new k8s.core.v1.Secret("key", { metadata, stringData: { KEY: value, [value]: "" } }, opts);
        new k8s.core.v1.ConfigMap("map", { metadata, data: { [value]: value } }, opts);
      };
    const mutable = { enableSecretMutable: true, enableConfigMapMutable: true };
    await up(objects("a", "one", "two"), mutable);
    assert.deepEqual((await up(objects("b", "one"), mutable)).sort(), ["update key", "update map"]);
    // What the program gives no more is gone from the object too.
    const { data, metadata } = await cluster.core.readNamespacedConfigMap({
      name: "fixed",
      namespace: cluster.namespace,
    });
    assert.deepEqual([data, metadata?.labels], [{ b: "b" }, { one: "yes" }]);
    const secret = await cluster.core.readNamespacedSecret({ name: "fixed", namespace: cluster.namespace });
    assert.deepEqual(secret.data, { KEY: Buffer.from("b").toString("base64"), b: "" });
    assert.deepEqual(await up(objects("b", "one"), mutable), []);
    const replaced = await up(objects("c", "one"));
    assert.deepEqual(
      replaced.filter((step) => step.endsWith("key")),
      ["delete-replaced key", "create-replacement key"],
    );
    assert.deepEqual(
      replaced.filter((step) => step.endsWith("map")),
      ["delete-replaced map", "create-replacement map"],
    );
  });

  it("make a StatefulSet with its claim, a Service, a claim, a NetworkPolicy and more, and change nothing for the same inputs", async () => {
    const objects =
      (port: number, size = "10Mi"): Resources =>
      (opts) => {
        const spec = pods("data");
        const accessModes = ["ReadWriteOnce"];
        new k8s.core.v1.Service(
          "service",
          { metadata: { name: "data" }, spec: { clusterIP: "None", selector: { app: "data" }, ports: [{ port }] } },
          opts,
        );
        new k8s.apps.v1.StatefulSet(
          "set",
          {
            metadata: { name: "data" },
            spec: {
              ...spec,
              replicas: 1,
              serviceName: "data",
              persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete" },
              volumeClaimTemplates: [
                { metadata: { name: "data" }, spec: { accessModes, resources: { requests: { storage: size } } } },
              ],
            },
          },
          opts,
        );
        new k8s.core.v1.PersistentVolumeClaim(
          "claim",
          { spec: { accessModes, resources: { requests: { storage: "0.01Gi" } } } },
          opts,
        );
        new k8s.networking.v1.NetworkPolicy(
          "policy",
          {
            spec: {
              podSelector: {},
              policyTypes: ["Ingress", "Egress"],
              ingress: [{ from: [{ podSelector: {} }], ports: [{ port, protocol: "TCP" }] }],
              egress: [],
            },
          },
          opts,
        );
        new k8s.core.v1.ServiceAccount("account", { automountServiceAccountToken: false }, opts);
        new k8s.core.v1.ResourceQuota("quota", { spec: { hard: { "requests.storage": "1024Gi", pods: "20" } } }, opts);
        new k8s.policy.v1.PodDisruptionBudget(
          "budget",
          { spec: { maxUnavailable: 1, selector: { matchLabels: { app: "data" } } } },
          opts,
        );
        new k8s.autoscaling.v2.HorizontalPodAutoscaler(
          "scaler",
          {
            spec: {
              scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "none" },
              maxReplicas: 2,
              metrics: [
                {
                  type: "Resource",
                  resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } },
                },
              ],
            },
          },
          opts,
        );
        const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }];
        const role = new k8s.rbac.v1.Role("role", { rules }, opts);
        new k8s.rbac.v1.RoleBinding(
          "binding",
          {
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
            subjects: [{ kind: "ServiceAccount", name: "default", namespace: cluster.namespace }],
          },
          opts,
        );
      };
    const all = ["account", "binding", "budget", "claim", "policy", "quota", "role", "scaler", "service", "set"];
    const created = all.map((name) => `create ${name}`);
    assert.deepEqual((await cluster.stack.preview(program(objects(6379)))).steps.sort(), created);
    assert.deepEqual((await up(objects(6379))).sort(), created);
    const set = await cluster.apps.readNamespacedStatefulSet({ name: "data", namespace: cluster.namespace });
    assert.equal(set.status?.readyReplicas, 1);
    assert.deepEqual(await up(objects(6379)), []);
    assert.deepEqual((await cluster.stack.refresh()).steps, []);
    assert.deepEqual(await up(objects(6379)), []);
    assert.deepEqual((await up(objects(6380))).sort(), ["update policy", "update service"]);
    assert.deepEqual(await up(objects(6380, "20Mi")), ["delete-replaced set", "create-replacement set"]);
  });

  it("update by client-side apply: what changes its kind, what goes, and what others have added", async () => {
    const objects =
      (changed: boolean): Resources =>
      (opts) => {
        const { selector, template } = pods("client");
        const container = {
          name: "main",
          image: IMAGE,
          ports: [{ name: "redis", containerPort: changed ? 6380 : 6379 }],
          env: [
            changed
              ? { name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }
              : { name: "A", value: "1" },
          ],
          readinessProbe: changed ? { exec: { command: ["true"] } } : { tcpSocket: { port: 6379 } },
          volumeMounts: [{ name: "data", mountPath: "/extra" }],
        };
        const volume = changed ? { name: "data", downwardAPI: {} } : { name: "data", emptyDir: {} };
        const spec = {
          selector,
          strategy: { type: changed ? "Recreate" : "RollingUpdate" },
          template: {
            ...(template as object),
            spec: { terminationGracePeriodSeconds: 0, containers: [container], volumes: [volume] },
          },
        };
        const labels: Record<string, string> = changed ? {} : { gone: "yes" };
        const metadata = { name: "client", labels };
        new k8s.apps.v1.Deployment("web", { metadata, spec }, opts);
        const ports = [{ name: "http", port: changed ? 81 : 80 }];
        new k8s.core.v1.Service(
          "service",
          { metadata, spec: { clusterIP: "None", selector: { app: "client" }, ports } },
          opts,
        );
        const budget = {
          selector: { matchLabels: { app: "client" } },
          ...(changed ? { minAvailable: 1 } : { maxUnavailable: 1 }),
        };
        new k8s.policy.v1.PodDisruptionBudget("budget", { metadata, spec: budget }, opts);
      };
    const clientSide = { enableServerSideApply: false };
    assert.deepEqual((await up(objects(false), clientSide)).sort(), ["create budget", "create service", "create web"]);
    const made = await cluster.apps.readNamespacedDeployment({ name: "client", namespace: cluster.namespace });
    assert.deepEqual(made.metadata?.labels, { gone: "yes", "app.kubernetes.io/managed-by": "pulumi" });
    const annotated = { ...made.metadata, annotations: { ...made.metadata?.annotations, theirs: "yes" } };
    await cluster.apps.replaceNamespacedDeployment({
      name: "client",
      namespace: cluster.namespace,
      body: { ...made, metadata: annotated },
    });
    assert.deepEqual(await up(objects(false), clientSide), []);
    const updated = ["update budget", "update service", "update web"];
    const preview = await cluster.stack.preview(program(objects(true), clientSide));
    assert.deepEqual([preview.steps.sort(), preview.failed], [updated, false], preview.told);
    assert.deepEqual((await up(objects(true), clientSide)).sort(), updated);
    const { metadata, spec } = await cluster.apps.readNamespacedDeployment({
      name: "client",
      namespace: cluster.namespace,
    });
    assert.equal(metadata?.annotations?.theirs, "yes");
    assert.deepEqual(metadata?.labels, { "app.kubernetes.io/managed-by": "pulumi" });
    assert.deepEqual([spec?.strategy?.type, spec?.strategy?.rollingUpdate], ["Recreate", undefined]);
    const { containers, volumes } = spec?.template.spec ?? {};
    assert.deepEqual(
      containers?.[0]?.ports?.map(({ containerPort }) => containerPort),
      [6380],
    );
    assert.equal(containers?.[0]?.env?.[0]?.value, undefined);
    assert.equal(containers?.[0]?.readinessProbe?.tcpSocket, undefined);
    assert.equal(volumes?.[0]?.emptyDir, undefined);
    const service = await cluster.core.readNamespacedService({ name: "client", namespace: cluster.namespace });
    assert.deepEqual(
      service.spec?.ports?.map(({ port }) => port),
      [81],
    );
    assert.deepEqual(await up(objects(true), clientSide), []);
    assert.deepEqual((await cluster.stack.refresh()).steps, []);
    assert.deepEqual(await up(objects(true), clientSide), []);
  });

  it("notice what was changed and removed by others", async () => {
    const objects: Resources = (opts) => {
      new k8s.core.v1.Service(
        "service",
        { metadata: { name: "seen" }, spec: { clusterIP: "None", ports: [{ port: 80 }] } },
        opts,
      );
      new k8s.core.v1.ServiceAccount("account", { metadata: { name: "seen", labels: { a: "1" } } }, opts);
    };
    await up(objects);
    await cluster.core.deleteNamespacedService({ name: "seen", namespace: cluster.namespace });
    const account = await cluster.core.readNamespacedServiceAccount({ name: "seen", namespace: cluster.namespace });
    account.metadata = { ...account.metadata, labels: { a: "2", b: "theirs" } };
    await cluster.core.replaceNamespacedServiceAccount({ name: "seen", namespace: cluster.namespace, body: account });
    assert.deepEqual(await up(objects), []);
    assert.deepEqual((await cluster.stack.refresh()).steps.sort(), ["delete service", "update account"]);
    const forced = { enablePatchForce: true };
    assert.deepEqual((await up(objects, forced)).sort(), ["create service", "update account"]);
    const mended = await cluster.core.readNamespacedServiceAccount({ name: "seen", namespace: cluster.namespace });
    assert.deepEqual(mended.metadata?.labels, { a: "1", b: "theirs" });
  });
});
