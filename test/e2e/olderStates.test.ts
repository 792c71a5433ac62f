import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync } from "node:fs";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { makeFolder, removeFolders } from "../support/folder";
import { olderState, putStandIns, withPorts } from "../support/olderState";
import { example, freePort, TestStack } from "../support/stack";

const server = (name: string, more: object = {}) => ({ name, source: `examples/${name}`, ...more });
const redis = [{ name: "redis", kind: "redis" }];

describe("states that version 0.1 recorded", function () {
  this.timeout(300_000);
  let standIn: ChildProcess;

  before(() => {
    standIn = spawn("sleep", ["600"], { stdio: "ignore" });
  });
  after(() => {
    standIn.kill();
    for (const engine of engines.splice(0)) engine.close();
    removeFolders();
  });

  function stackOf(name: string, servers: object[], config: object = {}): TestStack {
    const stack = new TestStack(servers, config, name);
    cpSync(example(""), path.join(stack.root, "examples"), { recursive: true });
    return stack;
  }

  it("local: a preview changes nothing", async () => {
    const [port, metricsPort, ...others] = [await freePort(), await freePort(), await freePort(), await freePort()];
    const python = server("python-server", { port, metricsPort });
    const node = server("node-server", { port: others[0], metricsPort: others[1] });
    const stack = stackOf("local", [python, node, server("simple-server")]);
    const ports = { 8080: port, 8000: metricsPort, 8081: others[0], 8001: others[1] };
    const state = withPorts(olderState(stack, await stack.previewSteps()), ports);
    await stack.importState(state);
    putStandIns(state, standIn.pid ?? 0);
    assert.deepEqual((await stack.preview()).changes, { same: 13 });
  });

  it("dev: a preview changes nothing", async () => {
    const servers = [
      server("python-server", { port: 8090, services: ["redis"] }),
      server("node-server", { port: 8091, services: ["redis"] }),
    ];
    const stack = stackOf("dev", servers, { "mcp:target": "docker", "mcp:services": redis });
    stack.env = { DOCKER_HOST: await emptyEngine() };
    await stack.importState(olderState(stack, await stack.previewSteps()));
    assert.deepEqual((await stack.preview()).changes, { same: 23 });
  });

  it("staging: a preview changes nothing", async () => {
    const values = { context: "nowhere", registry: "127.0.0.1:5000" };
    const servers = [server("python-server", { services: ["redis"] }), server("node-server", { services: ["redis"] })];
    const quota = { "limits.cpu": "4", "limits.memory": "4Gi", pods: "10" };
    const stack = stackOf("staging", servers, {
      "mcp:target": "kubernetes",
      "mcp:kubernetes": { context: values.context, quota },
      "mcp:registry": { server: values.registry, namespace: "mcp-staging" },
      "mcp:services": redis,
    });
    const kubeconfig = path.join(makeFolder({ kubeconfig: nowhere(values.context) }), "kubeconfig");
    stack.env = { KUBECONFIG: kubeconfig, DOCKER_HOST: await emptyEngine() };
    await stack.importState(olderState(stack, await stack.previewSteps(), { ...values, kubeconfig }));
    assert.deepEqual((await stack.preview()).changes, { same: 32 });
  });
});

const engines: Server[] = [];

/** The address of a Docker Engine that has nothing: a preview compares with the state, and asks for no container. */
async function emptyEngine(): Promise<string> {
  const socket = path.join(makeFolder(), "engine.sock");
  const answers: Record<string, unknown> = {
    "/_ping": "OK",
    "/version": { ApiVersion: "1.41", Version: "20.10.24", Os: "linux", Arch: "amd64" },
    "/info": { DockerRootDir: "/var/lib/docker" },
  };
  const server = createServer(({ url = "" }, response) => {
    const found = answers[url.replace(/^\/v[\d.]+/, "").replace(/\?.*$/, "")];
    response.writeHead(found ? 200 : 404, { "api-version": "1.41", "content-type": "application/json" });
    response.end(JSON.stringify(found ?? { message: "not here" }));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  engines.push(server);
  return `unix://${socket}`;
}

/** Settings that lead to no cluster: a preview compares with the state, and asks for no object. */
const nowhere = (name: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster: { server: "https://127.0.0.1:1" } }],
    contexts: [{ name, context: { cluster: name, user: "nobody" } }],
    users: [{ name: "nobody", user: { token: "none" } }],
  });
