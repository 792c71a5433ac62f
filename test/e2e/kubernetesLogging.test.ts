import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppsV1Api, CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import { chattyServer, count, say } from "../support/chattyServer";
import { forwardPort, eventually as until } from "../support/clusterObjects";
import { ClusterStack } from "../support/clusterStack";
import { eventually } from "../support/eventually";
import { makeFolder, removeFolders } from "../support/folder";
import { describeWithCluster, kubeConfig, removeNamespace } from "../support/kubernetes";
import { COLLECTOR_IMAGE, ELASTIC_VERSION, needLogImages, publishLogImages } from "../support/logImages";
import { assertAllArrived, findLines, type Line } from "../support/logSearch";

/** Little enough for the one node of the tests' cluster. */
const SMALL = { resources: { cpuReservation: 0.05, memoryReservation: "64Mi" } };
const SHIPPER = "app.kubernetes.io/name=log-shipper";

/** How the kubelet keeps the logs of pods, as it says itself. */
async function kubeletConfig(): Promise<{ podLogsDir: string; containerLogMaxSize: string }> {
  const core = kubeConfig().makeApiClient(CoreV1Api);
  const [node] = (await core.listNode()).items;
  // The client has no type for the answer.
  const told: unknown = await core.connectGetNodeProxyWithPath({ name: node?.metadata?.name ?? "", path: "configz" });
  return (told as { kubeletconfig: Awaited<ReturnType<typeof kubeletConfig>> }).kubeletconfig;
}

describeWithCluster(
  "logs of a stack on a real cluster",
  function () {
    this.timeout(400_000);
    let stack: ClusterStack;
    let said = 0;

    /** Does something with a port of the one pod of a server or service. */
    async function withPort<T>(name: string, port: number, use: (local: number) => Promise<T>): Promise<T> {
      const [pod] = await stack.pods(name);
      const forward = await forwardPort(stack.namespace, pod?.metadata?.name ?? "", port);
      try {
        return await use(forward.port);
      } finally {
        await forward.stop();
      }
    }
    /** Password of Elasticsearch's superuser, as the cluster holds it. */
    const elasticPassword = async (): Promise<string> => {
      const { items } = await stack.core.listNamespacedSecret({ namespace: stack.namespace });
      const secret = items.find(({ data }) => data?.ELASTIC_PASSWORD);
      return Buffer.from(secret?.data?.ELASTIC_PASSWORD ?? "", "base64").toString();
    };
    const ask = async (path: string, body?: object, who?: string): Promise<{ status: number; body: unknown }> => {
      const user = who ?? `elastic:${await elasticPassword()}`;
      return withPort("elasticsearch", 9200, async (port) => {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
          method: body ? "POST" : "GET",
          headers: {
            "content-type": "application/json",
            ...(user && { authorization: `Basic ${Buffer.from(user).toString("base64")}` }),
          },
          ...(body && { body: JSON.stringify(body) }),
        });
        return { status: answer.status, body: await answer.json() };
      });
    };
    const counted = async (lines: number, size = 0) => {
      await withPort("chatty", 8080, (port) => count(port, said + 1, said + lines, size));
      said += lines;
    };
    const allArrived = () => eventually(() => assertAllArrived(ask, said), 120_000);
    const shippers = async (): Promise<V1Pod[]> =>
      (await stack.core.listNamespacedPod({ namespace: `${stack.namespace}-logs`, labelSelector: SHIPPER })).items;
    const configure = (logging: object, services: object[] = [{ name: "redis", kind: "redis" }]) =>
      stack.configure([{ name: "chatty", source: chattyServer(), transport: "http", sessions: "none", ...SMALL }], {
        "mcp:services": services,
        "mcp:logging": logging,
      });
    /** Config of the shipper: the kubelet of the tests' cluster has folders of its own. */
    const shipper: { podsFolder?: string; storageFolder: string } = { storageFolder: makeFolder() };
    // This distribution of Elasticsearch has no lifecycles of indices.
    const own = () => ({ version: ELASTIC_VERSION, retentionDays: 0, shipper });

    before("images of the stack of logs", async function () {
      await needLogImages(this);
      await publishLogImages(["elasticsearch", "logstash", "kibana", "collector"]);
    });
    before(async () => {
      shipper.podsFolder = (await kubeletConfig()).podLogsDir;
      stack = new ClusterStack([]);
      configure(own());
    });
    after(async () => {
      if (!stack) return;
      await stack.destroy();
      await removeNamespace(stack.namespace);
      removeFolders();
    });

    it("reach Elasticsearch from every pod, as fields where they are JSON", async () => {
      await stack.up();
      const [pod] = await stack.pods("chatty");
      const full = {
        level: "WARNING",
        message: "tools/call failed",
        request_id: "r-1",
        tool: "forecast",
        duration_seconds: 0.25,
        outcome: "error",
        city: { name: "Bern" },
      };
      const long = "long ".repeat(8_000);
      await withPort("chatty", 8080, (port) => say(port, JSON.stringify(full), "plain words", long, "{broken"));
      let lines: Line[] = [];
      await eventually(async () => {
        lines = (await findLines(ask, { match_all: {} })).filter(({ message }) => message !== "listening");
        assert.equal(lines.length, 4);
      }, 60_000);
      const { city, ...fields } = full;
      const from = {
        server: "chatty",
        stack: stack.name,
        namespace: stack.namespace,
        pod: pod?.metadata?.name,
        stream: "stdout",
      };
      const told = lines.map(({ "@timestamp": time, offset, ...others }) => {
        assert.ok(Math.abs(Date.parse(time as string) - Date.now()) < 60_000);
        assert.equal(typeof offset, "number");
        return others;
      });
      assert.deepEqual(told, [
        { ...from, ...fields, fields: { city } },
        { ...from, message: "plain words" },
        { ...from, message: long },
        { ...from, message: "{broken" },
      ]);
    });

    it("are those of the stack's servers alone", async () => {
      const query = { size: 0, aggs: { servers: { terms: { field: "server" } } } };
      const { body } = await ask("/mcp-logs-*/_search", query);
      const { buckets } = (body as { aggregations: { servers: { buckets: { key: string }[] } } }).aggregations.servers;
      assert.deepEqual(
        buckets.map(({ key }) => key),
        ["chatty"],
      );
    });

    it("are found under the stack's outputs, by whoever knows the password", async () => {
      const { logging } = await stack.outputs();
      assert.deepEqual(logging, {
        elasticsearch: `http://elasticsearch.${stack.namespace}.svc:9200`,
        kibana: `http://kibana.${stack.namespace}.svc:5601`,
      });
      assert.equal((await ask("/mcp-logs-*/_search", undefined, "")).status, 401);
      const view = await withPort("kibana", 5601, async (port) => {
        const user = `elastic:${await elasticPassword()}`;
        const answer = await fetch(`http://127.0.0.1:${port}/api/data_views/data_view/mcp-logs`, {
          headers: { authorization: `Basic ${Buffer.from(user).toString("base64")}` },
        });
        return ((await answer.json()) as { data_view: { title: string } }).data_view.title;
      });
      assert.equal(view, "mcp-logs-*");
    });

    it("change nothing when nothing changed, refreshed or not", async () => {
      const before = await stack.identities();
      for (const operation of [stack.up, stack.refresh, stack.up]) {
        const { changes } = await operation();
        assert.deepEqual(Object.keys(changes), ["same"]);
      }
      assert.deepEqual(await stack.identities(), before);
    });

    it("come each once when the shipper's pod is killed while lines are written", async () => {
      const [killed] = await shippers();
      for (let round = 0; round < 10; round++) {
        await counted(500);
        if (round !== 4) continue;
        const { name = "", namespace = "" } = killed?.metadata ?? {};
        await stack.core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
      }
      await until("another shipper", async () =>
        (await shippers()).find(
          ({ metadata, status }) =>
            metadata?.uid !== killed?.metadata?.uid &&
            status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
        ),
      );
      await counted(500);
      await allArrived();
    });

    it("come each once when all begin without Elasticsearch", async () => {
      const scale = async (replicas: number) => {
        const one = { name: "elasticsearch", namespace: stack.namespace };
        const set = await stack.apps.readNamespacedStatefulSet(one);
        if (set.spec) set.spec.replicas = replicas;
        await stack.apps.replaceNamespacedStatefulSet({ ...one, body: set });
      };
      await scale(0);
      await until("end of Elasticsearch", async () => (await stack.pods("elasticsearch")).length === 0, 120);
      for (const [name] of await Promise.all([stack.pods("logstash"), shippers()])) {
        await stack.core.deleteNamespacedPod({
          name: name?.metadata?.name ?? "",
          namespace: name?.metadata?.namespace ?? "",
        });
      }
      await counted(1_000);
      await scale(1);
      await counted(100);
      await allArrived();
    });

    it("come each once when the kubelet rotates the file", async () => {
      const { podLogsDir, containerLogMaxSize } = await kubeletConfig();
      assert.equal(containerLogMaxSize, "10Mi");
      await counted(6_000, 2_000);
      const [pod] = await stack.pods("chatty");
      const { name, namespace, uid } = pod?.metadata ?? {};
      const folder = path.join(podLogsDir, `${namespace}_${name}_${uid}`, "chatty");
      // Where the node is this machine, the test can see it; else it gives the kubelet its time.
      if (existsSync(folder)) await until("rotated file", async () => readdirSync(folder).length > 1, 90);
      else await sleep(60_000);
      await counted(500);
      await allArrived();
    });

    it("are read by pods that may do no more than that", async () => {
      const [pod] = await shippers();
      const { spec } = pod as V1Pod;
      assert.equal(spec?.automountServiceAccountToken, false);
      const storage = spec?.volumes?.find(({ name }) => name === "storage")?.hostPath?.path ?? "";
      assert.equal(path.dirname(storage), shipper.storageFolder);
      assert.deepEqual(
        spec?.volumes?.flatMap(({ hostPath }) => hostPath?.path ?? []),
        [shipper.podsFolder, storage],
      );
      const [container] = spec?.containers ?? [];
      assert.deepEqual(JSON.parse(JSON.stringify(container?.securityContext)), {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        privileged: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: false,
      });
      assert.deepEqual(
        container?.volumeMounts?.map(({ mountPath, readOnly = false }) => [mountPath, readOnly]),
        [
          ["/var/log/pods", true],
          ["/var/lib/otelcol", false],
          ["/etc/mcp", true],
        ],
      );
      const restricted = await stack.core.readNamespace({ name: stack.namespace });
      assert.equal(restricted.metadata?.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
      const password = await elasticPassword();
      assert.equal(password.length, 32);
      assert.ok(!(await stack.state()).includes(password));
    });

    it("go to an endpoint of OTLP that is there already, once the config says so", async () => {
      const sink = {
        name: "sink",
        kind: "image",
        image: COLLECTOR_IMAGE,
        // Its image has no shell.
        command: [
          "/otelcol-contrib",
          "--config=yaml:receivers::otlp::protocols::http::endpoint: 0.0.0.0:4318",
          "--config=yaml:exporters::debug::verbosity: detailed",
          "--config=yaml:service::pipelines::logs::receivers: [otlp]",
          "--config=yaml:service::pipelines::logs::exporters: [debug]",
        ],
        internalPort: 4318,
      };
      const url = `http://sink.${stack.namespace}.svc:4318`;
      configure({ destination: { otlp: { url } }, shipper }, [{ name: "redis", kind: "redis" }, sink]);
      await stack.up();
      await withPort("chatty", 8080, (port) => say(port, JSON.stringify({ level: "WARNING", message: "for OTLP" })));
      const [pod] = await stack.pods("chatty");
      const [taker] = await stack.pods("sink");
      const read = () =>
        stack.core.readNamespacedPodLog({ name: taker?.metadata?.name ?? "", namespace: stack.namespace });
      await eventually(async () => assert.match(await read(), /Body: Str\(for OTLP\)/), 60_000);
      const records = await read();
      for (const expected of [
        "-> service.name: Str(chatty)",
        `-> k8s.namespace.name: Str(${stack.namespace})`,
        `-> k8s.pod.name: Str(${pod?.metadata?.name})`,
        "SeverityNumber: Warn(13)",
      ]) {
        assert.ok(records.includes(expected), expected);
      }
    });

    it("need what a namespace for servers refuses, and say so where they can't have it", async () => {
      const apps = kubeConfig().makeApiClient(AppsV1Api);
      const { items } = await apps.listNamespacedDaemonSet({ namespace: `${stack.namespace}-logs` });
      assert.equal(items.length, 1);
      configure({
        destination: { otlp: { url: `http://sink.${stack.namespace}.svc:4318` } },
        shipper: { ...shipper, namespace: stack.namespace },
      });
      assert.match(
        await stack.failing("up"),
        /"log-shipper" is not rolled out: the cluster refuses its pods: .*violates PodSecurity/,
      );
    });
  },
  ["redis:7-alpine"],
);
