import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { KubeConfig, RbacV1Subject } from "@kubernetes/client-node";
import { registryAddress } from "../support/clusterImages";
import { applyObjects } from "../support/clusterObjects";
import { ClusterStack } from "../support/clusterStack";
import { makeFolder, removeFolders } from "../support/folder";
import { describeWithCluster, kubeConfig, removeNamespace } from "../support/kubernetes";
import { example, freePort } from "../support/stack";

describeWithCluster("Kubernetes stack where something is wrong", function () {
  this.timeout(300_000);
  let stack: ClusterStack;

  const server = (settings: object = {}) => ({ name: "node-server", source: example("node-server"), ...settings });
  /** A kubeconfig of the tests' cluster with changes to its one context, cluster and user. */
  const kubeconfig = (change: (config: { cluster: object; user: object }) => void): string => {
    const config: KubeConfig = kubeConfig();
    const [cluster, user, context] = [config.getCurrentCluster(), config.getCurrentUser(), config.currentContext];
    const parts = {
      cluster: { server: cluster?.server, "certificate-authority-data": cluster?.caData },
      user: { "client-certificate-data": user?.certData, "client-key-data": user?.keyData },
    };
    change(parts);
    const file = path.join(makeFolder(), "config");
    const content = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": context,
      clusters: [{ name: "c", cluster: parts.cluster }],
      users: [{ name: "u", user: parts.user }],
      contexts: [{ name: context, context: { cluster: "c", user: "u" } }],
    };
    writeFileSync(file, JSON.stringify(content));
    return file;
  };

  beforeEach(() => {
    stack = new ClusterStack([server()]);
  });
  afterEach(async () => {
    stack.env = new ClusterStack([]).env;
    await stack.destroy();
    await removeNamespace(stack.namespace);
  });
  after(removeFolders);

  it("context that this machine does not know: refused before anything is touched", async () => {
    stack.configure([server()], { kubernetes: { context: "production" } });
    const message = await stack.failing("preview");
    assert.match(message, /mcp:kubernetes\.context: the kubeconfig has no such context/);
    assert.match(message, new RegExp(`got: {5}production\\s+allowed: ${kubeConfig().currentContext}`));
  });

  it("context of the right name that leads to another cluster: refused before anything is touched", async () => {
    stack.configure([server()], { kubernetes: { server: "https://prod.example.com:6443" } });
    assert.match(
      await stack.failing("preview"),
      /mcp:kubernetes\.server: the context \S+ leads to another cluster, and the stack belongs to this one/,
    );
  });

  it("API server that does not answer: says so", async () => {
    const port = await freePort();
    stack.env = {
      KUBECONFIG: kubeconfig(({ cluster }) => Object.assign(cluster, { server: `https://127.0.0.1:${port}` })),
    };
    assert.match(
      await stack.failing("up"),
      /configured Kubernetes cluster is unreachable[\s\S]*connection refused|ECONNREFUSED/,
    );
  });

  it("user who may not deploy: says what is forbidden", async () => {
    const { namespace } = stack;
    const metadata = { name: "reader", namespace: "default" };
    const subject: RbacV1Subject = { kind: "ServiceAccount", name: "reader", namespace: "default" };
    await applyObjects({ apiVersion: "v1", kind: "ServiceAccount", metadata }, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "reader" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
      subjects: [subject],
    } as object);
    const body = { spec: { audiences: [], expirationSeconds: 3600 } };
    const { status } = await stack.core.createNamespacedServiceAccountToken({ ...metadata, body });
    stack.env = {
      KUBECONFIG: kubeconfig((parts) => {
        parts.user = { token: status?.token };
      }),
    };
    const message = await stack.failing("up");
    assert.match(message, /namespaces is forbidden: User "system:serviceaccount:default:reader" cannot create/);
    stack.env = new ClusterStack([]).env;
    await stack.core.deleteNamespacedServiceAccount(metadata);
    await assert.rejects(stack.core.readNamespace({ name: namespace }), { code: 404 });
  });

  it("name that another object has: the object stays as it is", async () => {
    const { namespace } = stack;
    await applyObjects({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "node-server", namespace },
      spec: { selector: { app: "another" }, ports: [{ port: 1 }] },
    } as object);
    stack.configure([server()], { kubernetes: { namespace, createNamespace: false } });
    assert.match(await stack.failing("up"), /services "node-server" already exists/);
    await stack.destroy();
    const { spec } = await stack.core.readNamespacedService({ name: "node-server", namespace });
    assert.deepEqual(spec?.selector, { app: "another" });
  });

  it("names that Pulumi completes: another's object of the same name is no obstacle", async () => {
    const { namespace } = stack;
    await applyObjects({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "node-server", namespace },
      spec: { selector: { app: "another" }, ports: [{ port: 1 }] },
    } as object);
    const settings = { kubernetes: { fixedNames: false } };
    stack.configure([server(settings)], { kubernetes: { namespace, createNamespace: false } });
    await stack.up();
    const { url } = await stack.server("node-server");
    assert.match(url ?? "", /^http:\/\/node-server-service-[0-9a-f]{8}\./);
    assert.deepEqual(Object.keys((await stack.up()).changes), ["same"]);
  });

  it("quota that is used up: up fails within seconds and says which", async () => {
    stack.configure([server()], { kubernetes: { quota: { "requests.cpu": "100m" } } });
    assert.match(
      await stack.failing("up"),
      /"node-server" is not rolled out: the cluster refuses its pods: .*exceeded quota: quota, requested: requests\.cpu=250m/,
    );
  });

  it("image that can't be pulled: up fails within seconds with what the registry said", async () => {
    const reference = `${registryAddress}/nowhere/none@sha256:${"0".repeat(64)}`;
    stack.configure([{ name: "node-server", image: { reference } }]);
    const message = await stack.failing("up");
    assert.match(message, /"node-server" is not rolled out: pod node-server-\S+: its image can't be pulled/);
    assert.match(message, /nowhere\/none.*not found/);
  });

  it("server that is never ready: up fails with the probe's answer and its last lines", async () => {
    const source = makeFolder({
      "package.json": '{ "name": "s" }',
      "index.js":
        'console.log("thinking"); require("http").createServer((q, a) => { a.statusCode = 503; a.end(); }).listen(8080);',
    });
    const health = { readinessPath: "/readyz", livenessPath: "/readyz" };
    const kubernetes = { rolloutTimeoutSeconds: 10 };
    stack.configure([{ name: "node-server", source, transport: "http", health, kubernetes }]);
    const message = await stack.failing("up");
    assert.match(message, /"node-server" is not rolled out: pod node-server-\S+: it is not ready yet \(waited 10 s\)/);
    assert.match(message, /Startup probe failed: HTTP probe failed with statuscode: 503/);
    assert.match(message, /Its last lines:\n {2}\| thinking/);
  });

  it("server that answers, but is no MCP server: up fails with its last lines", async () => {
    const source = makeFolder({
      "package.json": '{ "name": "s" }',
      "index.js":
        'console.log("hello"); require("http").createServer((q, a) => { a.statusCode = 404; a.end(); }).listen(8080);',
    });
    stack.configure([{ name: "node-server", source, transport: "http" }]);
    const message = await stack.failing("up");
    assert.match(message, /MCP server "node-server" does not answer as an MCP server[\s\S]*\| hello/);
  });
});
