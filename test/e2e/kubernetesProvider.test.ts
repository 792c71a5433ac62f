import assert from "node:assert/strict";
import { AppsV1Api, CoreV1Api } from "@kubernetes/client-node";
import * as k8s from "@pulumi/kubernetes";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { removeFolders } from "../support/folder";
import { describeWithCluster, kubeConfig, kubeconfigFile, namespaceFor } from "../support/kubernetes";
import { ProgramStack } from "../support/programStack";

const IMAGE = "redis:7-alpine";

const UNSCHEDULABLE: k8s.types.input.core.v1.PodSpec = {
  nodeSelector: { none: "such" },
  containers: [{ name: "main", image: IMAGE }],
};

/** Makes a program's resources, and returns its outputs. */
type Resources = (opts: { provider: k8s.Provider }) => object | undefined;

type Spec = k8s.types.input.apps.v1.DeploymentSpec;

/** Pods that are ready as soon as they run. */
const pods = (app: string, label = "1"): Spec => ({
  selector: { matchLabels: { app } },
  template: {
    metadata: { labels: { app, label } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: "main", image: IMAGE, resources: { requests: { cpu: "0.01", memory: "16Mi" } } }],
    },
  },
});

describeWithCluster(
  "Kubernetes types, by the official plugin or the test provider",
  function () {
    this.timeout(180_000);
    let stack: ProgramStack;
    let core: CoreV1Api;
    let apps: AppsV1Api;
    let namespace: string;

    /** A program whose resources use the tests' cluster. */
    const program =
      (resources: Resources, settings: k8s.ProviderArgs = {}): PulumiFn =>
      async () => {
        const provider = new k8s.Provider("cluster", { kubeconfig: kubeconfigFile, namespace, ...settings });
        return (resources({ provider }) ?? {}) as Record<string, unknown>;
      };
    const up = async (resources: Resources, settings?: k8s.ProviderArgs): Promise<string[]> => {
      const result = await stack.up(program(resources, settings));
      assert.equal(result.failed, false, result.told);
      return result.steps;
    };
    /** The error of a deployment that must fail. */
    const failing = async (resources: Resources, settings?: k8s.ProviderArgs): Promise<string> => {
      const result = await stack.up(program(resources, settings));
      assert.equal(result.failed, true, result.steps.join());
      return result.told;
    };

    before(async function () {
      core = kubeConfig().makeApiClient(CoreV1Api);
      apps = kubeConfig().makeApiClient(AppsV1Api);
      namespace = await namespaceFor(this);
    });
    beforeEach(async () => {
      stack = new ProgramStack(["kubernetes"]);
      await stack.start();
    });
    afterEach(async () => {
      const { failed, told } = await stack.destroy();
      await stack.stop();
      assert.equal(failed, false, told);
    });
    after(removeFolders);

    it("make a Deployment and wait for its pods, leave it alone, update it in place, replace it for another selector", async () => {
      const deployment =
        (app: string, label: string): Resources =>
        (opts) => {
          const args = { metadata: { name: "web" }, spec: pods(app, label) };
          const { metadata, status } = new k8s.apps.v1.Deployment("web", args, opts);
          return { name: metadata.name, namespace: metadata.namespace, ready: status.readyReplicas };
        };
      assert.deepEqual((await stack.preview(program(deployment("one", "1")))).steps, ["create web"]);
      assert.deepEqual(await up(deployment("one", "1")), ["create web"]);
      assert.deepEqual(await stack.outputs(), { name: "web", namespace, ready: 1 });
      assert.deepEqual(await up(deployment("one", "1")), []);
      assert.deepEqual((await stack.refresh()).steps, []);
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
      const first = String((await stack.outputs()).name);
      assert.match(first, /^key-[0-9a-f]{8}$/);
      const made = await core.readNamespacedSecret({ name: first, namespace });
      assert.deepEqual(made.data, { KEY: Buffer.from("canary-1").toString("base64") });
      assert.deepEqual(made.metadata?.annotations, { "pulumi.com/autonamed": "true" });
      assert.deepEqual(await up(secret("canary-1")), []);
      assert.deepEqual(await up(secret("canary-2")), ["create-replacement key", "delete-replaced key"]);
      assert.notEqual((await stack.outputs()).name, first);
      const state = stack.state();
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
      const { data, metadata } = await core.readNamespacedConfigMap({ name: "fixed", namespace });
      assert.deepEqual([data, metadata?.labels], [{ b: "b" }, { one: "yes" }]);
      const secret = await core.readNamespacedSecret({ name: "fixed", namespace });
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
          new k8s.core.v1.ResourceQuota(
            "quota",
            { spec: { hard: { "requests.storage": "1024Gi", pods: "20" } } },
            opts,
          );
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
              subjects: [{ kind: "ServiceAccount", name: "default", namespace }],
            },
            opts,
          );
        };
      const all = ["account", "binding", "budget", "claim", "policy", "quota", "role", "scaler", "service", "set"];
      const created = all.map((name) => `create ${name}`);
      assert.deepEqual((await stack.preview(program(objects(6379)))).steps.sort(), created);
      assert.deepEqual((await up(objects(6379))).sort(), created);
      const set = await apps.readNamespacedStatefulSet({ name: "data", namespace });
      assert.equal(set.status?.readyReplicas, 1);
      assert.deepEqual(await up(objects(6379)), []);
      assert.deepEqual((await stack.refresh()).steps, []);
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
      assert.deepEqual((await up(objects(false), clientSide)).sort(), [
        "create budget",
        "create service",
        "create web",
      ]);
      const made = await apps.readNamespacedDeployment({ name: "client", namespace });
      assert.deepEqual(made.metadata?.labels, { gone: "yes", "app.kubernetes.io/managed-by": "pulumi" });
      const annotated = { ...made.metadata, annotations: { ...made.metadata?.annotations, theirs: "yes" } };
      await apps.replaceNamespacedDeployment({ name: "client", namespace, body: { ...made, metadata: annotated } });
      assert.deepEqual(await up(objects(false), clientSide), []);
      const updated = ["update budget", "update service", "update web"];
      const preview = await stack.preview(program(objects(true), clientSide));
      assert.deepEqual([preview.steps.sort(), preview.failed], [updated, false], preview.told);
      assert.deepEqual((await up(objects(true), clientSide)).sort(), updated);
      const { metadata, spec } = await apps.readNamespacedDeployment({ name: "client", namespace });
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
      const service = await core.readNamespacedService({ name: "client", namespace });
      assert.deepEqual(
        service.spec?.ports?.map(({ port }) => port),
        [81],
      );
      assert.deepEqual(await up(objects(true), clientSide), []);
      assert.deepEqual((await stack.refresh()).steps, []);
      assert.deepEqual(await up(objects(true), clientSide), []);
    });

    it("wait until a Service's pods are ready", async () => {
      const started = Date.now();
      await up((opts) => {
        new k8s.apps.v1.Deployment("web", { metadata: { name: "behind" }, spec: pods("behind") }, opts);
        const spec = { selector: { app: "behind" }, ports: [{ name: "http", port: 80, targetPort: 6379 }] };
        new k8s.core.v1.Service("web", { metadata: { name: "behind" }, spec }, opts);
      });
      assert.ok(Date.now() - started > 10_000, "the endpoints have to be quiet for ten seconds");
    });

    it("refuse an object that exists already, which a preview does not tell, unless told to take it over", async () => {
      await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: "there" }, data: { a: "1" } } });
      const map: Resources = (opts) => {
        new k8s.core.v1.ConfigMap("map", { metadata: { name: "there" }, data: { a: "2" } }, opts);
      };
      assert.deepEqual((await stack.preview(program(map))).steps, ["create map"]);
      const told = await failing(map);
      assert.match(
        told,
        /was not successfully created by the Kubernetes API server: configmaps "there" already exists/,
      );
      assert.match(told, /The resource already exists in the cluster\./);
      const conflict = await failing(map, { upsertExistingObjects: true });
      assert.match(conflict, /server-side apply field conflict detected/);
      await up(map, { upsertExistingObjects: true, enablePatchForce: true });
      assert.deepEqual((await core.readNamespacedConfigMap({ name: "there", namespace })).data, { a: "2" });
    });

    it("tell why pods do not get ready, and come back to them at the next deployment", async () => {
      const deployment =
        (command: string): Resources =>
        (opts) => {
          const { selector, template } = pods("ill");
          const container = { name: "main", image: IMAGE, command: ["sh", "-c", command] };
          const spec = {
            selector,
            // A container that ends at once may be seen running before it ends: that must not count as available.
            minReadySeconds: 2,
            template: {
              ...(template as object),
              spec: {
                terminationGracePeriodSeconds: 0,
                containers: [{ ...container, terminationMessagePolicy: "FallbackToLogsOnError" }],
              },
            },
          };
          const annotations = { "pulumi.com/timeoutSeconds": "8" };
          new k8s.apps.v1.Deployment("ill", { metadata: { name: "ill", annotations }, spec }, opts);
        };
      const told = await failing(deployment("echo the-reason; exit 3"));
      assert.match(
        told,
        /was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live: 'ill' timed out waiting to be Ready/,
      );
      assert.match(told, /\* \[MinimumReplicasUnavailable\] Deployment does not have minimum availability\./);
      assert.match(told, /\* Minimum number of live Pods was not attained/);
      assert.match(told, /\[Pod test-\w+\/ill-[\w-]+\]: containers with unready status: \[main\]/);
      assert.match(told, /the-reason/);
      assert.deepEqual(await up(deployment("sleep 1000")), ["update ill"]);
    });

    it("stop waiting when they are interrupted", async () => {
      const deployment: Resources = (opts) => {
        const { selector, template } = pods("waiting");
        const spec = { selector, template: { ...(template as object), spec: UNSCHEDULABLE } };
        new k8s.apps.v1.Deployment("waiting", { metadata: { name: "waiting" }, spec }, opts);
      };
      const started = Date.now();
      const { failed, told } = await stack.up(program(deployment), 8);
      assert.ok(failed);
      assert.match(told, /Resource operation was cancelled for "waiting"/);
      assert.ok(Date.now() - started < 60_000);
    });

    it("tell at once that a Job failed", async () => {
      const container = { name: "main", image: IMAGE, command: ["sh", "-c", "exit 3"] };
      const spec = { backoffLimit: 0, template: { spec: { restartPolicy: "Never", containers: [container] } } };
      const told = await failing((opts) => {
        new k8s.batch.v1.Job("job", { metadata: { name: "job" }, spec }, opts);
      });
      assert.match(told, /Resource 'job' was created but failed to initialize/);
      assert.match(told, /\[BackoffLimitExceeded\] Job has reached the specified backoff limit/);
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
      await core.deleteNamespacedService({ name: "seen", namespace });
      const account = await core.readNamespacedServiceAccount({ name: "seen", namespace });
      account.metadata = { ...account.metadata, labels: { a: "2", b: "theirs" } };
      await core.replaceNamespacedServiceAccount({ name: "seen", namespace, body: account });
      assert.deepEqual(await up(objects), []);
      assert.deepEqual((await stack.refresh()).steps.sort(), ["delete service", "update account"]);
      const forced = { enablePatchForce: true };
      assert.deepEqual((await up(objects, forced)).sort(), ["create service", "update account"]);
      const mended = await core.readNamespacedServiceAccount({ name: "seen", namespace });
      assert.deepEqual(mended.metadata?.labels, { a: "1", b: "theirs" });
    });

    it("say that a cluster does not answer", async () => {
      const dead = kubeConfig();
      dead.clusters = dead.clusters.map((cluster) => ({ ...cluster, server: "https://127.0.0.1:1" }));
      const map: Resources = (opts) => {
        new k8s.core.v1.ConfigMap("map", { data: { a: "1" } }, opts);
      };
      const settings = { kubeconfig: dead.exportConfig() };
      assert.deepEqual((await stack.preview(program(map, settings))).steps, ["create map"]);
      assert.match(
        await failing(map, settings),
        /configured Kubernetes cluster is unreachable: unable to load schema information from the API server: /,
      );
      assert.match(
        await failing(map, { kubeconfig: kubeconfigFile, context: "none" }),
        /configured Kubernetes cluster is unreachable: unable to load Kubernetes client configuration from kubeconfig file\. [\s\S]*context "none" does not exist/,
      );
    });
  },
  [IMAGE],
);
