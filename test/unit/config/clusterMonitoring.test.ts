import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { makeFolder } from "../../support/folder";
import { settled } from "../../support/mocks";
import { CLUSTER, forget, load, PYTHON_SERVER, problemsOf } from "./support";

describe("mcp:monitoring of a stack for Kubernetes", () => {
  let source = "";
  before(() => {
    source = makeFolder(PYTHON_SERVER);
  });
  after(forget);
  const stack = (monitoring: object, more: object = {}) => ({
    ...CLUSTER,
    servers: [{ name: "weather", source, metricsPort: 9100, resources: { memoryLimit: "256Mi" } }],
    monitoring,
    ...more,
  });

  it("is handed on as it stands there, and knows the servers that have metrics", () => {
    const monitoring = {
      discovery: "podMonitor",
      labels: { release: "kube-prometheus-stack" },
      fromNamespace: "observability",
      prometheus: { image: "prom/prometheus:v2.42.0", retention: "30d", volumeSize: "10Gi", storageClass: "fast" },
      grafana: { enabled: false },
      thresholds: { latencySeconds: 2 },
      runbookBaseUrl: "https://runbooks.example.com",
    };
    const settings = load(stack(monitoring));
    assert.deepEqual(settings.monitoring, monitoring);
    assert.deepEqual(settings.servers[0]?.metrics, { name: "weather", metricsPort: 9100, memoryLimit: "256Mi" });
    assert.deepEqual(load(stack({})).monitoring, {});
  });

  it("has no Prometheus and no Alertmanager unless they are named", () => {
    const { monitoring } = load(stack({ discovery: "none" }));
    assert.deepEqual(Object.keys(monitoring ?? {}), ["discovery"]);
  });

  it("takes the secrets of receivers out of mcp:secrets", async () => {
    const receivers = [{ name: "ops", webhook: { urlSecret: "HOOK" } }];
    const config = stack(
      { prometheus: {}, alertmanager: { receivers } },
      { secrets: { HOOK: "https://h.example.com/t" } },
    );
    const { alertmanager } = load(config).monitoring as { alertmanager: unknown };
    const [first] = (alertmanager as { receivers: { webhook: { url: pulumi.Output<string> } }[] }).receivers;
    assert.ok(first);
    assert.equal(await pulumi.isSecret(first.webhook.url), true);
    assert.equal(await settled(first.webhook.url), "https://h.example.com/t");
  });

  it("refuses what is published on one machine, and a Grafana of its own", () => {
    const monitoring = {
      prometheus: { port: 9090 },
      alertmanager: { port: 9093 },
      grafana: { port: 3000, image: "x:1" },
    };
    assert.deepEqual(
      problemsOf(stack(monitoring)),
      ["prometheus.port", "alertmanager.port", "grafana.image", "grafana.port"].map((key) => ({
        path: `mcp:monitoring.${key}`,
        message: "means nothing in a stack for kubernetes",
        allowed: "a stack with mcp:target docker",
        fix: "remove it, or set mcp:target",
      })),
    );
  });

  it("refuses what is a cluster's in a stack for Docker", () => {
    const volume = { volumeSize: "1Gi", storageClass: "fast" };
    const monitoring = { discovery: "none", labels: {}, fromNamespace: "x", prometheus: volume, alertmanager: volume };
    const { kubernetes: _, ...config } = stack(monitoring, { target: "docker" }) as Record<string, unknown>;
    assert.deepEqual(
      problemsOf(config).map(({ path, message, allowed }) => [path, message, allowed]),
      [
        "discovery",
        "labels",
        "fromNamespace",
        "prometheus.volumeSize",
        "prometheus.storageClass",
        "alertmanager.volumeSize",
        "alertmanager.storageClass",
      ].map((key) => [
        `mcp:monitoring.${key}`,
        "means nothing in a stack for docker",
        "a stack with mcp:target kubernetes",
      ]),
    );
  });

  it("refuses an Alertmanager that nothing tells, and settings that nothing uses", () => {
    const monitoring = { alertmanager: {}, labels: { release: "x" }, runbookBaseUrl: "https://x.example.com" };
    assert.deepEqual(problemsOf(stack(monitoring)), [
      {
        path: "mcp:monitoring.alertmanager",
        message: "no Prometheus of the stack would tell it of alerts",
        allowed: "alertmanager beside prometheus",
        fix: "add `prometheus: {}`, or remove it and let the cluster's own Alertmanager tell people",
      },
      {
        path: "mcp:monitoring.labels",
        message: "means nothing without discovery: podMonitor",
        fix: "remove it, or add that",
      },
      {
        path: "mcp:monitoring.runbookBaseUrl",
        message: "means nothing without rules, which `discovery: podMonitor` and `prometheus` bring",
        fix: "remove it, or add that",
      },
    ]);
  });

  it("refuses data that would fill its volume, and sizes that are none", () => {
    const found = (prometheus: object) =>
      problemsOf(stack({ prometheus })).map(({ path, message, got, allowed }) => [path, message, got, allowed]);
    assert.deepEqual(found({ retentionSize: "10GB", volumeSize: "10Gi" }), [
      [
        "mcp:monitoring.prometheus.volumeSize",
        "data of 10GB would fill it, and Prometheus could write nothing any more",
        "10Gi",
        "at least 12Gi: the data may fill 85% of it",
      ],
    ]);
    assert.deepEqual(found({ retentionSize: "2Gi" }), [
      [
        "mcp:monitoring.prometheus.retentionSize",
        "this is no size of data",
        "2Gi",
        'a number with B, KB, MB, GB, TB, PB or EB, such as "2GB"',
      ],
    ]);
    assert.deepEqual(found({ volumeSize: "big" }), [
      ["mcp:monitoring.prometheus.volumeSize", "this is no size of a volume", "big", 'a quantity, such as "4Gi"'],
    ]);
    assert.deepEqual(
      problemsOf(stack({ prometheus: { retention: "forever" } })).map(({ path }) => path),
      ["mcp:monitoring.prometheus.retention"],
    );
    assert.ok(load(stack({ prometheus: { retentionSize: "8.5GB", volumeSize: "10Gi" } })));
  });

  it("refuses names that its own parts have, where it has them", () => {
    const servers = ["prometheus", "weather", "weather-metrics"].map((name) => ({ name, source }));
    const services = [{ name: "alertmanager", image: "x:1", internalPort: 1 }];
    const found = problemsOf(stack({ prometheus: {}, alertmanager: {} }, { servers, services }));
    assert.deepEqual(found, [
      ...["prometheus", "weather-metrics"].map((name) => ({
        path: `mcp:servers[${name === "prometheus" ? 0 : 2}].name`,
        message: `${name} is a part of mcp:monitoring`,
        got: name,
        fix: "rename it",
      })),
      {
        path: "mcp:services[0].name",
        message: "alertmanager is a part of mcp:monitoring",
        got: "alertmanager",
        fix: "rename it",
      },
    ]);
    assert.equal(load(stack({}, { servers, services })).servers.length, 3);
  });

  it("suggests the name of a setting that is misspelt", () => {
    const found = problemsOf(stack({ discover: "none", prometheus: { volumesize: "1Gi" } }));
    assert.deepEqual(
      found.map(({ path, fix }) => [path, fix]),
      [
        ["mcp:monitoring.prometheus.volumesize", "did you mean `volumeSize`?"],
        ["mcp:monitoring.discover", "did you mean `discovery`?"],
      ],
    );
  });

  it("means nothing in a stack of processes", () => {
    const [problem] = problemsOf({ target: "process", servers: [{ name: "weather", source }], monitoring: {} });
    assert.deepEqual(problem, {
      path: "mcp:monitoring",
      message: "means nothing in a stack for process",
      allowed: "a stack with mcp:target docker or kubernetes",
      fix: "remove it; `npm run status` shows the metrics of every target",
    });
  });
});
