import assert from "node:assert/strict";
import { opened, readState } from "../../../cli/compose/stackState";
import { readStackConfig, type StackConfig } from "../../../cli/deployed/config";
import { clusterOf, type Entry, entriesOf } from "../../../cli/deployed/entries";
import { type RecordedResource, recordedResources, secret, stateOf } from "./composeState";

const NONE: StackConfig = { target: "process", servers: [], services: [] };
const STACK = "urn:pulumi:test::mcp::pulumi:pulumi:Stack::mcp-test";

/** A resource as the engine writes it. */
function resource(
  type: string,
  name: string,
  parent: string | undefined,
  more: Partial<RecordedResource> = {},
): RecordedResource {
  return { urn: urnOf(type, name), type, ...(parent && { parent }), ...more };
}
const urnOf = (type: string, name: string) => `urn:pulumi:test::mcp::${type}::${name}`;
const entries = (resources: RecordedResource[], config: Partial<StackConfig> = {}): Entry[] =>
  entriesOf(readState(stateOf(resources)), { ...NONE, ...config });

/** A server of the process target, in the parts that `up` had come to. */
function processServer(name: string, ...parts: ("process" | "check" | "activation")[]): RecordedResource[] {
  const parent = urnOf("mcp:index:McpProcess", name);
  const dynamic = (type: string, inputs: Record<string, unknown>, outputs = {}) =>
    resource(`mcp:index:${type}`, `${name}-${type.toLowerCase()}`, parent, {
      id: name,
      inputs,
      outputs,
    });
  const all = {
    process: dynamic("Process", {
      ...{ server: name, instance: `${name}-0a1b`, host: "127.0.0.1", port: 9000, readinessPath: "/readyz" },
      ...{ startTimeoutSeconds: 40, env: { METRICS_PORT: "9001" } },
    }),
    check: dynamic("McpCheck", { server: name, command: "/folder/python", args: ["server.py"] }),
    activation: dynamic("Activation", { folder: `/data/${name}-0a1b`, release: "r1" }),
  };
  return [
    resource("mcp:index:McpProcess", name, STACK),
    dynamic("Installation", { server: name, instance: `${name}-0a1b` }, { folder: `/data/${name}-0a1b` }),
    ...parts.map((part) => all[part]),
  ];
}

const STARTED = {
  readinessUrl: "http://127.0.0.1:9000/readyz",
  metricsUrl: "http://127.0.0.1:9001/metrics",
  startSeconds: 40,
};

describe("what a stack has deployed", () => {
  it("finds the servers and services of a Docker stack as the engine recorded them", () => {
    const config = {
      target: "docker",
      servers: [{ name: "python-server" }, { name: "node-server" }],
      services: ["redis"],
    };
    const readiness = (port: number) => ({ url: `http://127.0.0.1:${port}/readyz`, startSeconds: 40 });
    assert.deepEqual(entries(recordedResources(), config), [
      {
        name: "python-server",
        role: "server",
        target: "docker",
        place: { kind: "container", container: "mcp-dev-python-server", readiness: readiness(8080) },
      },
      {
        name: "node-server",
        role: "server",
        target: "docker",
        place: { kind: "container", container: "mcp-dev-node-server", readiness: readiness(8081) },
      },
      { name: "redis", role: "service", target: "docker", place: { kind: "container", container: "mcp-dev-redis" } },
    ]);
  });

  it("tells HTTP servers, servers for clients and servers that never started apart", () => {
    const state = [
      ...processServer("http", "process"),
      ...processServer("stdio", "check", "activation"),
      ...processServer("unchecked-stdio", "check"),
      ...processServer("failed"),
    ];
    assert.deepEqual(
      entries(state).map(({ name, target, place }) => [name, target, place]),
      [
        ["http", "process", { kind: "process", instance: "http-0a1b", started: STARTED }],
        ["stdio", "process", { kind: "client", folder: "/data/stdio-0a1b" }],
        ["unchecked-stdio", "process", { kind: "client", folder: "/data/unchecked-stdio-0a1b" }],
        ["failed", "process", { kind: "process", instance: "failed-0a1b" }],
      ],
    );
  });

  it("knows a container that clients start by its check alone", () => {
    const parent = urnOf("mcp:index:McpContainer", "launched");
    const check = { id: "launched", inputs: { server: "launched", command: "docker", args: ["run"] } };
    const state = [
      resource("mcp:index:McpContainer", "launched", STACK),
      resource("mcp:index:McpCheck", "launched-check", parent, check),
    ];
    assert.deepEqual(entries(state), [
      { name: "launched", role: "server", target: "docker", place: { kind: "client" } },
    ]);
  });

  it("finds workloads of a cluster by their ids, and the context they were deployed with", () => {
    const [server, set] = [urnOf("mcp:index:McpDeployment", "weather"), urnOf("mcp:index:McpStatefulSet", "redis")];
    const provider = resource("pulumi:providers:kubernetes", "kubernetes", STACK, { inputs: { context: "prod" } });
    const state = [
      provider,
      resource("mcp:index:McpStatefulSet", "redis", urnOf("mcp:index:McpRedisStatefulSet", "redis")),
      resource("kubernetes:apps/v1:StatefulSet", "redis-set", set, { id: "mcp-prod/redis" }),
      resource("mcp:index:McpDeployment", "weather", STACK),
      resource("kubernetes:core/v1:Service", "weather-service", server, { id: "mcp-prod/weather" }),
      resource("kubernetes:apps/v1:Deployment", "weather-deployment", server, { id: "mcp-prod/weather-6f3a" }),
    ];
    const place = { kind: "workload", namespace: "mcp-prod" };
    assert.deepEqual(
      entries(state).map(({ name, role, place }) => [name, role, place]),
      [
        ["redis", "service", { ...place, workload: "StatefulSet", object: "redis" }],
        ["weather", "server", { ...place, workload: "Deployment", object: "weather-6f3a" }],
      ],
    );
    assert.equal(clusterOf(readState(stateOf(state))).context, "prod");
    const rollout = resource("mcp:index:Rollout", "weather-rollout", server, {
      inputs: { context: "other", kubeconfig: secret("k") },
    });
    const [, ...unnamed] = state;
    const { context, kubeconfig } = clusterOf(readState(stateOf([...unnamed, rollout])));
    assert.deepEqual([context, opened(kubeconfig)], ["other", "k"]);
  });

  it("has what the config names and nobody deployed, and what is deployed and no longer in the config", () => {
    const config = {
      target: "docker",
      servers: [{ name: "new" }, { name: "local", target: "process" }],
      services: ["db"],
    };
    assert.deepEqual(
      entries(processServer("old", "process"), config).map(({ name, role, target, place }) => [
        name,
        role,
        target,
        place?.kind,
      ]),
      [
        ["new", "server", "docker", undefined],
        ["local", "server", "process", undefined],
        ["db", "service", "docker", undefined],
        ["old", "server", "process", "process"],
      ],
    );
  });

  it("leaves a program's own containers and workloads alone", () => {
    const own = urnOf("acme:index:Shop", "shop");
    const state = [
      resource("docker:index/container:Container", "proxy", STACK, { id: "c1" }),
      resource("acme:index:Shop", "shop", STACK),
      resource("kubernetes:apps/v1:Deployment", "web", own, { id: "shop/web" }),
    ];
    assert.deepEqual(entries(state), []);
  });

  it("adds what a server's component says of it", () => {
    const [component, ...children] = processServer("http", "process");
    const said = { transport: "http", url: "http://127.0.0.1:9000/mcp", tools: ["a", "b"], toolsDigest: "d1" };
    const outputs = { ...said, command: null };
    const state = [{ ...component, outputs } as RecordedResource, ...children];
    assert.deepEqual(entries(state)[0]?.output, { target: "process", ...said });
  });

  it("adds what the stack's output says of a server from before, where that is not secret", () => {
    const said = { transport: "http", url: "http://127.0.0.1:9000/mcp", tools: ["a", "b"] };
    const output = (value: unknown) => [
      resource("pulumi:pulumi:Stack", "mcp-test", undefined, { outputs: { servers: value } }),
      ...processServer("http", "process"),
    ];
    const before = { http: { target: "process", ...said, clients: { cursor: "{}" } } };
    assert.deepEqual(entries(output(before))[0]?.output, { target: "process", ...said });
    const hidden = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
    assert.equal(entries(output(hidden))[0]?.output, undefined);
  });

  it("is the same after the change from dynamic resources to those of the provider", () => {
    const before = [...processServer("http", "process"), ...processServer("stdio", "check", "activation")];
    const type = (token: string) =>
      token
        .replace("pulumi-nodejs:dynamic/mcp:Check", "mcp:index:McpCheck")
        .replace("pulumi-nodejs:dynamic/mcp:", "mcp:index:");
    assert.deepEqual(entries(before.map((one) => ({ ...one, type: type(one.type) }))), entries(before));
  });
});

describe("what a stack's config says", () => {
  const printed = (values: Record<string, unknown>) =>
    JSON.stringify(Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, secret: false }])));

  it("reads names and targets, and the cluster", () => {
    const config = printed({
      "mcp:target": "kubernetes",
      "mcp:servers": '[{"name":"weather","port":9000},{"name":"local","target":"process"}]',
      "mcp:services": '[{"name":"redis","kind":"redis"}]',
      "mcp:kubernetes": '{"context":"prod","server":"https://prod:6443"}',
      "mcp:secrets": undefined,
    });
    assert.deepEqual(readStackConfig(config), {
      target: "kubernetes",
      servers: [{ name: "weather" }, { name: "local", target: "process" }],
      services: ["redis"],
      cluster: { context: "prod", server: "https://prod:6443" },
    });
  });

  it("leaves out what is no valid config", () => {
    const config = printed({ "mcp:servers": '[{"nme":"weather"}, 3]', "mcp:services": "oops", "aws:region": "x" });
    assert.deepEqual(readStackConfig(config), NONE);
    assert.deepEqual(readStackConfig("{}"), NONE);
  });
});
