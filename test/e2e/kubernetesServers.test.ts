import assert from "node:assert/strict";
import { ClusterStack } from "../support/clusterStack";
import { removeFolders } from "../support/folder";
import { describeWithCluster, removeNamespace } from "../support/kubernetes";
import { example } from "../support/stack";

/** Little enough for several servers on the one node of the tests' cluster. */
const SMALL = { resources: { cpuReservation: 0.05 } };

describeWithCluster("servers of every kind on a real cluster", function () {
  this.timeout(300_000);
  let stack: ClusterStack;
  /** Of an image that exists already, on a machine without Docker. */
  let ready: ClusterStack;
  let image: string;

  before(() => {
    ready = new ClusterStack([]);
    ready.env = { ...ready.env, DOCKER_HOST: "unix:///nowhere/docker.sock" };
    stack = new ClusterStack([
      { name: "simple-server", source: example("simple-server"), ...SMALL },
      { name: "node-server", source: example("node-server"), ...SMALL },
    ]);
  });
  after(async () => {
    for (const one of [stack, ready]) {
      await one.destroy();
      await removeNamespace(one.namespace);
    }
    removeFolders();
  });

  it("serves a stdio server through the bridge, hardened like the others", async () => {
    await stack.up();
    const { transport, tools } = await stack.server("simple-server");
    assert.deepEqual([transport, tools], ["http", ["simple_tool"]]);
    assert.equal(await stack.call("simple-server", "simple_tool", { param: "x" }), "Processed: x");
    const [container] = (await stack.deployment("simple-server")).spec?.template.spec?.containers ?? [];
    assert.equal(container?.securityContext?.readOnlyRootFilesystem, true);
    assert.equal(container?.readinessProbe?.httpGet?.path, "/readyz");
  });

  it("refuses a second replica of it before anything is touched", async () => {
    const server = { name: "simple-server", source: example("simple-server"), ...SMALL };
    const generation = (await stack.deployment("simple-server")).metadata?.generation;
    stack.configure([{ ...server, kubernetes: { replicas: 2 } }]);
    assert.match(
      await stack.failing("preview"),
      /mcp:servers\[0\]\.kubernetes\.replicas: a stdio server can't be scaled/,
    );
    assert.equal((await stack.deployment("simple-server")).metadata?.generation, generation);
  });

  it("runs an image that exists already, without a Docker Engine", async () => {
    ({ image } = (await stack.server("node-server")) as unknown as { image: string });
    ready.configure([{ name: "ready", image: { reference: image }, ...SMALL }]);
    await ready.up();
    assert.deepEqual((await ready.server("ready")).tools, (await stack.server("node-server")).tools);
  });

  it("previews the first change of a port and of a probe as up makes it", async () => {
    const health = { readinessPath: "/healthz", livenessPath: "/healthz" };
    ready.configure([{ name: "ready", image: { reference: image }, port: 9000, metricsPort: 9001, health, ...SMALL }]);
    const preview = await ready.preview();
    const up = await ready.up();
    assert.deepEqual(preview.changes, up.changes);
    const [container] = (await ready.deployment("ready")).spec?.template.spec?.containers ?? [];
    assert.deepEqual(
      container?.ports?.map(({ containerPort }) => containerPort),
      [9000, 9001],
    );
    assert.equal(container?.readinessProbe?.tcpSocket, undefined);
    assert.deepEqual(Object.keys((await ready.up()).changes), ["same"]);
  });
});
