import assert from "node:assert/strict";
import { CustomObjectsApi } from "@kubernetes/client-node";
import { dashboards } from "../../components/monitoring";
import { eventually, forwardPort } from "../support/clusterObjects";
import { ClusterStack } from "../support/clusterStack";
import { removeFolders } from "../support/folder";
import { describeWithCluster, kubeConfig, removeNamespace } from "../support/kubernetes";
import { IMAGES } from "../support/monitoredStack";
import { knowOperatorKinds, missOperatorKinds } from "../support/prometheusOperator";
import { example } from "../support/stack";

const HOOK = "https://hooks.example.invalid/canary-token-77b1";

/** Little enough for the one node of the tests' cluster. */
const SMALL = { resources: { cpuReservation: 0.05, memoryReservation: "64Mi" } };
const SERVERS = [
  {
    name: "python-server",
    source: example("python-server"),
    sessions: "none",
    kubernetes: { replicas: 2 },
    ...SMALL,
  },
  { name: "node-server", source: example("node-server"), ...SMALL },
  // A stdio server is measured by the bridge.
  { name: "simple-server", source: example("simple-server"), ...SMALL },
];

interface Target {
  labels: Record<string, string>;
  health: string;
}

describeWithCluster(
  "monitoring of a stack on a real cluster",
  function () {
    this.timeout(300_000);
    let stack: ClusterStack;

    const configure = async (prometheus: object = {}, thresholds: object = {}) => {
      stack.configure(SERVERS, {
        "mcp:monitoring": {
          prometheus: { image: IMAGES.prometheus, scrapeInterval: "1s", memoryLimit: "256Mi", ...prometheus },
          alertmanager: { image: IMAGES.alertmanager, receivers: [{ name: "ops", webhook: { urlSecret: "HOOK" } }] },
          thresholds: { noReadyReplicaFor: "2s", ...thresholds },
        },
      });
      await stack.secret("HOOK", HOOK);
    };
    /** What a service answers, asked through a port-forward to its pod. */
    const ask = async <T>(service: string, port: number, path: string): Promise<T> => {
      const [pod] = await stack.pods(service);
      const forward = await forwardPort(stack.namespace, pod?.metadata?.name ?? "", port);
      try {
        return (await (await fetch(`http://127.0.0.1:${forward.port}${path}`)).json()) as T;
      } finally {
        await forward.stop();
      }
    };
    const prometheus = async <T>(question: string): Promise<T> =>
      (await ask<{ data: T }>("prometheus", 9090, `/api/v1/${question}`)).data;
    const query = async (text: string): Promise<string | undefined> => {
      const question = `query?query=${encodeURIComponent(text)}`;
      return (await prometheus<{ result: { value: [number, string] }[] }>(question)).result[0]?.value[1];
    };
    const targets = async (): Promise<Target[]> =>
      (await prometheus<{ activeTargets: Target[] }>("targets?state=active")).activeTargets;

    before(async () => {
      stack = new ClusterStack(SERVERS);
      await configure();
    });
    after(async () => {
      await stack.destroy();
      await removeNamespace(stack.namespace);
      removeFolders();
    });

    it("reads every instance of every server, under the server's name", async () => {
      await stack.up();
      const pods = (await Promise.all(SERVERS.map(({ name }) => stack.pods(name)))).flat();
      assert.equal(pods.length, 4);
      const expected = pods.map(({ metadata, status }) => ({
        labels: {
          job: "mcp",
          namespace: stack.namespace,
          instance: `${status?.podIP}:8000`,
          server: metadata?.labels?.["app.kubernetes.io/name"] ?? "",
        },
        health: "up",
      }));
      const byInstance = (one: Target, other: Target) =>
        String(one.labels.instance).localeCompare(String(other.labels.instance));
      await eventually("targets that are up", async () => {
        const found = (await targets()).map(({ labels, health }) => ({ labels, health }));
        assert.deepEqual(found.sort(byInstance), expected.sort(byInstance));
        return true;
      });
    });

    it("counts the calls of a tool that a client makes", async () => {
      assert.equal(await stack.call("python-server", "containerized_tool", { param: "x" }), "Processed: x");
      const calls = 'sum(mcp_requests_total{server="python-server",method="tools/call",endpoint="containerized_tool"})';
      await eventually("count of the call", async () => (await query(calls)) === "1");
    });

    it("says where it is, for pods of the cluster", async () => {
      const { monitoring } = await stack.outputs();
      assert.deepEqual(monitoring, {
        prometheus: `http://prometheus.${stack.namespace}.svc:9090`,
        alertmanager: `http://alertmanager.${stack.namespace}.svc:9093`,
      });
    });

    it("has the rules, and knows each server's memory limit by them", async () => {
      const { groups } = await prometheus<{ groups: { rules: { name: string; health: string }[] }[] }>(
        "rules?type=alert",
      );
      assert.deepEqual(groups.flatMap(({ rules }) => rules.map(({ name }) => name)).sort(), [
        "McpErrorRatioHigh",
        "McpLatencyHigh",
        "McpMemoryNearLimit",
        "McpMetricsMissing",
        "McpServerDown",
        "McpServerNoReadyReplica",
        "McpServerRestarts",
        "McpSessionGrowth",
      ]);
      await eventually("recorded memory limit", async () => {
        const limit = await query('mcp_server_memory_limit_bytes{server="node-server"}');
        return limit === String(512 * 1024 ** 2);
      });
    });

    it("measures the container of a bridged server, without a right in the cluster", async () => {
      const metric = async (name: string) => Number(await query(`mcp_container_${name}{server="simple-server"}`));
      assert.equal(await metric("memory_limit_bytes"), 512 * 1024 ** 2);
      const used = await metric("memory_working_set_bytes");
      assert.ok(used > 10 * 1024 ** 2 && used < 512 * 1024 ** 2, `${used} bytes are used`);
      assert.ok((await metric("cpu_seconds_total")) > 0);
    });

    it("hands the dashboards to Grafana's sidecar", async () => {
      const { items } = await stack.core.listNamespacedConfigMap({
        namespace: stack.namespace,
        labelSelector: "grafana_dashboard=1",
      });
      const found = items.map(({ data = {} }) =>
        Object.entries(data).map(([file, json]) => [file, JSON.parse(json).uid]),
      );
      const expected = dashboards({ labels: { namespace: stack.namespace } }).map(({ file, uid }) => [[file, uid]]);
      assert.deepEqual(found.sort(), expected);
    });

    it("changes nothing when nothing changed, refreshed or not", async () => {
      const before = await stack.identities();
      for (const operation of [stack.preview, stack.up, stack.refresh, stack.up]) {
        assert.deepEqual(Object.keys((await operation()).changes), ["same"]);
      }
      assert.deepEqual(await stack.identities(), before);
    });

    it("runs without rights in the cluster, as `restricted` wants it, and shows no receiver", async () => {
      for (const name of ["prometheus", "alertmanager"]) {
        const [pod] = await stack.pods(name);
        const { automountServiceAccountToken, volumes = [], containers = [] } = pod?.spec ?? {};
        assert.equal(automountServiceAccountToken, false);
        assert.deepEqual(
          volumes.flatMap(({ projected }) => projected?.sources ?? []).filter((source) => source.serviceAccountToken),
          [],
        );
        assert.equal(containers[0]?.securityContext?.readOnlyRootFilesystem, true);
      }
      const { namespace } = stack;
      const objects = JSON.stringify([
        await stack.state(),
        await stack.core.listNamespacedConfigMap({ namespace }),
        await stack.core.listNamespacedPod({ namespace }),
        await stack.apps.listNamespacedStatefulSet({ namespace }),
      ]);
      for (const text of [HOOK, Buffer.from(HOOK).toString("base64"), "canary-token"])
        assert.ok(!objects.includes(text));
    });

    it("tells its Alertmanager of a server that no instance answers for", async () => {
      const { namespace } = stack;
      const scale = (replicas: number) =>
        stack.apps.replaceNamespacedDeploymentScale({
          name: "node-server",
          namespace,
          body: { metadata: { name: "node-server", namespace }, spec: { replicas } },
        });
      await scale(0);
      await eventually("alert", async () => {
        const alerts = await ask<{ labels: Record<string, string> }[]>("alertmanager", 9093, "/api/v2/alerts");
        return alerts.some(
          ({ labels }) => labels.alertname === "McpServerNoReadyReplica" && labels.server === "node-server",
        );
      });
      await scale(1);
      await eventually("pod that answers", async () => (await targets()).length === 4);
    });

    it("has a changed rule live in a new pod, and keeps what it has read", async () => {
      const [before] = await stack.pods("prometheus");
      await configure({}, { latencySeconds: 2 });
      const { changes } = await stack.up();
      // The files of Prometheus; the dashboards, whose colours change at the threshold, are replaced, too.
      assert.equal(changes.replace, 3);
      const [after] = await stack.pods("prometheus");
      assert.notEqual(after?.metadata?.uid, before?.metadata?.uid);
      const { groups } = await prometheus<{ groups: { rules: { name: string; query: string }[] }[] }>(
        "rules?type=alert",
      );
      const latency = groups.flatMap(({ rules }) => rules).find(({ name }) => name === "McpLatencyHigh");
      assert.match(latency?.query ?? "", /p95_rate5m\{namespace="[^"]+"\} > 2 /);
      const calls = 'max_over_time(mcp_requests_total{server="python-server",endpoint="containerized_tool"}[1h])';
      assert.equal(await query(`max(${calls})`), "1");
    });

    it("fails within seconds with Prometheus' own words when it can't start, and starts once that is mended", async () => {
      await configure({ retention: "15d", image: IMAGES.alertmanager });
      const message = await stack.failing("up");
      assert.match(message, /"prometheus" is not rolled out: pod prometheus-0:/);
      assert.match(message, /\/bin\/prometheus/);
      await configure();
      await stack.up();
      await eventually("targets", async () => (await targets()).length === 4);
    });

    it("refuses objects of the Prometheus Operator where the cluster does not know them, before anything is touched", async function () {
      await missOperatorKinds(this);
      const before = await stack.identities();
      const { currentContext } = kubeConfig();
      stack.configure(SERVERS, { "mcp:monitoring": { discovery: "podMonitor" } });
      for (const operation of ["preview", "up"] as const) {
        assert.match(
          await stack.failing(operation),
          new RegExp(
            `mcp:monitoring\\.discovery: the cluster of the context ${currentContext} has no PodMonitor and no PrometheusRule ` +
              "\\(monitoring\\.coreos\\.com/v1\\)\\n {2}got: +podMonitor\\n[\\s\\S]*fix: +install the Prometheus Operator first",
          ),
        );
      }
      assert.deepEqual(await stack.identities(), before);
    });

    it("makes them where it does, instead of a Prometheus whose data stays", async function () {
      await knowOperatorKinds(this);
      stack.configure(SERVERS, { "mcp:monitoring": { discovery: "podMonitor" } });
      await stack.up();
      const { namespace } = stack;
      const api = kubeConfig().makeApiClient(CustomObjectsApi);
      const list = async (plural: string) => {
        const where = { group: "monitoring.coreos.com", version: "v1", namespace, plural };
        const { items } = (await api.listNamespacedCustomObject(where)) as { items: { metadata: { name: string } }[] };
        return items.map(({ metadata }) => metadata.name).sort();
      };
      assert.deepEqual(await list("podmonitors"), ["node-server", "python-server", "simple-server"]);
      assert.deepEqual(await list("prometheusrules"), ["mcp-rules"]);
      assert.deepEqual(await stack.pods("prometheus"), []);
      const claims = await stack.core.listNamespacedPersistentVolumeClaim({ namespace });
      assert.deepEqual(claims.items.map(({ metadata }) => metadata?.name).sort(), [
        "data-alertmanager-0",
        "data-prometheus-0",
      ]);
      for (const operation of [stack.preview, stack.refresh, stack.up]) {
        assert.deepEqual(Object.keys((await operation()).changes), ["same"]);
      }
    });
  },
  [IMAGES.prometheus, IMAGES.alertmanager],
);
