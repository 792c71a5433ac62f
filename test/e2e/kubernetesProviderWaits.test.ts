import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { kubeConfig, kubeconfigFile } from "../support/kubernetes";
import { describeProgram, IMAGE, pods, type Resources } from "../support/kubernetesProgram";

const UNSCHEDULABLE: k8s.types.input.core.v1.PodSpec = {
  nodeSelector: { none: "such" },
  containers: [{ name: "main", image: IMAGE }],
};

describeProgram("Waits and refusals of Kubernetes types, by the official plugin or the test provider", (cluster) => {
  const { failing, program, up } = cluster;

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
    await cluster.core.createNamespacedConfigMap({
      namespace: cluster.namespace,
      body: { metadata: { name: "there" }, data: { a: "1" } },
    });
    const map: Resources = (opts) => {
      new k8s.core.v1.ConfigMap("map", { metadata: { name: "there" }, data: { a: "2" } }, opts);
    };
    assert.deepEqual((await cluster.stack.preview(program(map))).steps, ["create map"]);
    const told = await failing(map);
    assert.match(told, /was not successfully created by the Kubernetes API server: configmaps "there" already exists/);
    assert.match(told, /The resource already exists in the cluster\./);
    const conflict = await failing(map, { upsertExistingObjects: true });
    assert.match(conflict, /server-side apply field conflict detected/);
    await up(map, { upsertExistingObjects: true, enablePatchForce: true });
    assert.deepEqual(
      (await cluster.core.readNamespacedConfigMap({ name: "there", namespace: cluster.namespace })).data,
      { a: "2" },
    );
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
    const { failed, told } = await cluster.stack.up(program(deployment), 8);
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

  it("say that a cluster does not answer", async () => {
    const dead = kubeConfig();
    dead.clusters = dead.clusters.map((cluster) => ({ ...cluster, server: "https://127.0.0.1:1" }));
    const map: Resources = (opts) => {
      new k8s.core.v1.ConfigMap("map", { data: { a: "1" } }, opts);
    };
    const settings = { kubeconfig: dead.exportConfig() };
    assert.deepEqual((await cluster.stack.preview(program(map, settings))).steps, ["create map"]);
    assert.match(
      await failing(map, settings),
      /configured Kubernetes cluster is unreachable: unable to load schema information from the API server: /,
    );
    assert.match(
      await failing(map, { kubeconfig: kubeconfigFile, context: "none" }),
      /configured Kubernetes cluster is unreachable: unable to load Kubernetes client configuration from kubeconfig file\. [\s\S]*context "none" does not exist/,
    );
  });
});
