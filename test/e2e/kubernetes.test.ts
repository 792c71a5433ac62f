import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { eventually, runInPod } from "../support/clusterObjects";
import { ClusterStack } from "../support/clusterStack";
import { makeFolder, removeFolders } from "../support/folder";
import { describeWithCluster, removeNamespace } from "../support/kubernetes";
import { example } from "../support/stack";

const API_KEY = "canary-secret-90c3";
const fingerprint = (secret: string) => createHash("sha256").update(secret).digest("hex").slice(0, 12);

describeWithCluster(
  "Kubernetes stack on a real cluster",
  function () {
    this.timeout(300_000);
    let sources: string;
    let stack: ClusterStack;

    const source = (name: string) => path.join(sources, name);
    const servers = (python: object = {}) => [
      {
        name: "python-server",
        source: source("python-server"),
        services: ["redis"],
        secrets: ["API_KEY"],
        sessions: "affinity",
        ...python,
      },
      { name: "node-server", source: source("node-server"), services: ["redis"], sessions: "none" },
    ];
    const services = { "mcp:services": [{ name: "redis", kind: "redis" }] };
    const configure = async (python: object = {}, config: ConstructorParameters<typeof ClusterStack>[1] = {}) => {
      stack.configure(servers(python), { ...services, ...config });
      await stack.secret("API_KEY", API_KEY);
    };
    const podName = async (name: string) => (await stack.pods(name))[0]?.metadata?.name ?? "";
    const redis = async (...command: string[]) => {
      const script = `REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ${command.join(" ")}`;
      return (await runInPod(stack.namespace, await podName("redis"), ["sh", "-c", script])).trim();
    };

    before(async () => {
      sources = makeFolder();
      for (const name of ["python-server", "node-server"]) cpSync(example(name), source(name), { recursive: true });
      stack = new ClusterStack(servers(), services);
      await stack.secret("API_KEY", API_KEY);
    });
    after(async () => {
      await stack.destroy();
      await removeNamespace(stack.namespace);
      removeFolders();
    });

    it("runs the servers and their Redis, and a real client calls their tools", async () => {
      await stack.up();
      const { "python-server": python, "node-server": node } = await stack.servers();
      assert.equal(python?.target, "kubernetes");
      assert.equal(python?.url, `http://python-server.${stack.namespace}.svc/mcp`);
      assert.deepEqual(node?.tools, ["api_key_fingerprint", "containerized_tool", "greet", "health_check"]);
      for (const name of ["python-server", "node-server"]) {
        assert.equal(await stack.call(name, "containerized_tool", { param: "x" }), "Processed: x");
      }
    });

    it("gives the servers their Redis and their secrets", async () => {
      const health = JSON.parse(await stack.call("python-server", "health_check"));
      assert.deepEqual(health, { status: "healthy", checks: { redis: "ok" } });
      assert.equal(await stack.call("python-server", "api_key_fingerprint"), fingerprint(API_KEY));
    });

    it("tells how servers and services are, and shows what they wrote", async () => {
      const status = await stack.command("status", "--json");
      const told = JSON.parse(status.out);
      assert.deepEqual([status.code, told.healthy], [0, true]);
      assert.deepEqual(
        [Object.keys(told.servers), Object.keys(told.services)],
        [["python-server", "node-server"], ["redis"]],
      );
      for (const name of ["python-server", "node-server"]) {
        const { memoryBytes, cpuCores, uptimeSeconds, ...server } = told.servers[name];
        assert.ok(memoryBytes > 10e6 && memoryBytes < 500e6, `${name} ${memoryBytes}`);
        assert.ok(cpuCores >= 0 && cpuCores < 1, `${name} ${cpuCores}`);
        assert.ok(uptimeSeconds > 0 && uptimeSeconds < 300, `${name} ${uptimeSeconds}`);
        assert.deepEqual(server, {
          ...{ target: "kubernetes", health: "healthy", readyReplicas: 1, replicas: 1, restarts: 0, tools: 4 },
          url: `http://${name}.${stack.namespace}.svc/mcp`,
          memoryLimitBytes: 512 * 1024 ** 2,
          ...{ requestsPerSecond: 0, errorsPerSecond: 0, missing: {} },
        });
      }
      assert.deepEqual([told.services.redis.health, told.services.redis.replicas], ["healthy", 1]);

      const { code, out, err } = await stack.command("logs", "redis", "python-server", "--lines", "1");
      assert.equal(code, 0, err);
      const [first, second, ...more] = out.trimEnd().split("\n");
      assert.match(first ?? "", /^redis {9}\| \d\d:\d\d:\d\d\.\d{3} .*Ready to accept connections/);
      assert.match(
        second ?? "",
        /^python-server \| \S+ INFO {5}tool called tool=api_key_fingerprint duration=\S+ outcome=ok$/,
      );
      assert.deepEqual(more, []);
    });

    it("changes nothing when nothing changed, refreshed or not", async () => {
      const before = await stack.identities();
      for (const operation of [stack.preview, stack.up, stack.refresh, stack.up]) {
        const { changes } = await operation();
        assert.deepEqual(Object.keys(changes), ["same"]);
      }
      assert.deepEqual(await stack.identities(), before);
    });

    it("shows secrets nowhere but in Secrets", async () => {
      assert.ok(!(await stack.state()).includes(API_KEY));
      assert.ok(!JSON.stringify(await stack.servers()).includes(API_KEY));
      const { namespace } = stack;
      const objects = [
        await stack.core.listNamespacedPod({ namespace }),
        await stack.apps.listNamespacedDeployment({ namespace }),
        await stack.core.listNamespacedConfigMap({ namespace }),
        await stack.core.listNamespacedEvent({ namespace }),
      ];
      for (const text of [API_KEY, Buffer.from(API_KEY).toString("base64")]) {
        assert.ok(!JSON.stringify(objects).includes(text));
      }
    });

    it("scales without touching the pods that run", async () => {
      const [first] = await stack.pods("python-server");
      await configure({ kubernetes: { replicas: 2 } });
      await stack.up();
      const pods = await stack.pods("python-server");
      assert.equal(pods.length, 2);
      assert.ok(pods.some(({ metadata }) => metadata?.uid === first?.metadata?.uid));
      // Nobody waits for a replica that is added: its pod has the template of those that serve.
      await eventually("two ready pods in the status", async () =>
        /^python-server {2}kubernetes {2}healthy, 2 of 2 ready {2}/m.test((await stack.command("status")).out),
      );
      for (const pod of pods) await stack.call("python-server", "greet", { name: pod.metadata?.name }, pod);
      const { out } = await stack.command("logs", "python-server", "--json", "--lines", "1");
      const entries = out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        entries.map(({ server, pod, tool }) => `${server} ${pod} ${tool}`).sort(),
        pods.map(({ metadata }) => `python-server ${metadata?.name} greet`).sort(),
      );
      await configure();
      await stack.up();
      await eventually("one pod", async () => (await stack.pods("python-server")).length === 1);
    });

    it("has a changed secret live in every pod", async () => {
      await configure({ kubernetes: { replicas: 2 } });
      await stack.secret("API_KEY", `${API_KEY}-2`);
      await stack.up();
      const pods = await stack.pods("python-server");
      assert.equal(pods.length, 2);
      for (const pod of pods) {
        assert.equal(await stack.call("python-server", "api_key_fingerprint", {}, pod), fingerprint(`${API_KEY}-2`));
      }
      await configure();
      await stack.up();
    });

    it("broken version: up fails within seconds with its last lines, the old pods serve on, and the next version is live", async () => {
      const [before] = await stack.pods("python-server");
      const file = path.join(source("python-server"), "server.py");
      const text = readFileSync(file, "utf8");
      writeFileSync(file, `raise SystemExit("no licence")\n${text}`);
      const message = await stack.failing("up");
      assert.match(
        message,
        /"python-server" is not rolled out: pod python-server-\S+: it ends again and again \(exit code 1\)/,
      );
      assert.match(message, /1 earlier pod keeps serving\.[\s\S]*Its last lines:\n {2}\| no licence/);
      assert.equal(await stack.call("python-server", "containerized_tool", { param: "x" }, before), "Processed: x");
      const status = await stack.command("status");
      assert.equal(status.code, 0, status.out);
      assert.match(status.out, /^python-server: pod python-server-\S+: it ends again and again \(exit code 1\)$/m);
      const logs = await stack.command("logs", "python-server", "--lines", "1");
      assert.match(logs.out, /^python-server-\S+ +\| \S+ no licence$/m);
      writeFileSync(file, text);
      await stack.up();
      assert.equal((await stack.pods("python-server")).length, 1);
      assert.equal(await stack.call("python-server", "containerized_tool", { param: "x" }), "Processed: x");
    });

    it("has a killed server running again by itself, and the logs of old and new pods followed until Ctrl-C", async () => {
      const follower = await stack.start("logs", "node-server", "--follow", "--lines", "0");
      let followed = "";
      follower.stdout?.on("data", (data) => {
        followed += data;
      });
      await eventually("followed line", async () => {
        await stack.call("node-server", "greet", { name: "Ada" });
        return followed.includes("tool=greet");
      });
      const name = await podName("node-server");
      await runInPod(stack.namespace, name, ["node", "-e", "process.kill(1, 'SIGTERM')"]);
      await eventually("restart", async () => {
        const [pod] = await stack.pods("node-server");
        const [container] = pod?.status?.containerStatuses ?? [];
        return container?.restartCount === 1 && container.ready;
      });
      assert.equal(await stack.call("node-server", "containerized_tool", { param: "x" }), "Processed: x");
      await eventually("line after the restart", async () => followed.includes("tool=containerized_tool"));
      const { namespace } = stack;
      await stack.core.deleteNamespacedPod({ name, namespace });
      await eventually("another pod", async () => followed.split(" listening ").length === 3);
      follower.kill("SIGINT");
      assert.deepEqual(await once(follower, "exit"), [0, null]);
      const [greet, again] = [followed.indexOf("tool=greet"), followed.indexOf(" listening ")];
      assert.ok(greet < again && again < followed.indexOf("tool=containerized_tool"), followed);
      await eventually("one pod that is ready", async () => {
        const [pod, ...others] = await stack.pods("node-server");
        return others.length === 0 && pod?.status?.containerStatuses?.[0]?.ready;
      });
    });

    it("keeps Redis' data when its pod is deleted, changed, and its set replaced", async () => {
      assert.equal(await redis("set", "kept", "yes"), "OK");
      const { namespace } = stack;
      const [before] = await stack.pods("redis");
      await stack.core.deleteNamespacedPod({ name: "redis-0", namespace });
      const isNew = async () => {
        const [pod] = await stack.pods("redis");
        const isReady = pod?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
        return isReady && pod?.metadata?.uid !== before?.metadata?.uid;
      };
      await eventually("new pod of Redis", isNew);
      assert.equal(await redis("get", "kept"), "yes");
      await configure({}, { "mcp:services": [{ name: "redis", kind: "redis", memoryLimit: "300Mi" }] });
      await stack.up();
      assert.equal(await redis("get", "kept"), "yes");
      // The size is part of the claim template, which only a new set can have.
      await configure({}, { "mcp:services": [{ name: "redis", kind: "redis", volumeSize: "2Gi" }] });
      await stack.up();
      assert.equal(await redis("get", "kept"), "yes");
    });

    it("lets no pod into its namespace that is less than restricted", async () => {
      const body = { metadata: { name: "root" }, spec: { containers: [{ name: "root", image: "redis:7-alpine" }] } };
      await assert.rejects(
        stack.core.createNamespacedPod({ namespace: stack.namespace, body }),
        /violates PodSecurity/,
      );
    });

    it("leaves nothing but the retained data on destroy, and finds it again", async () => {
      await stack.destroy();
      const { namespace } = stack;
      assert.deepEqual(await stack.identities(), []);
      const secrets = await stack.core.listNamespacedSecret({ namespace });
      assert.deepEqual(secrets.items, []);
      const claims = await stack.core.listNamespacedPersistentVolumeClaim({ namespace });
      assert.deepEqual(
        claims.items.map(({ metadata }) => metadata?.name),
        ["data-redis-0"],
      );
      assert.match(await stack.failing("up"), new RegExp(`"${namespace}" already exists`));
      await configure({}, { kubernetes: { adopt: true } });
      await stack.up();
      assert.equal(await redis("get", "kept"), "yes");
    });
  },
  ["redis:7-alpine"],
);
