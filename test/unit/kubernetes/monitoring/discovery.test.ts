import assert from "node:assert/strict";
import { parse } from "yaml";
import { dashboards, ruleGroups, rulesYaml } from "../../../../components/monitoring";
import { removeFolders } from "../../../support/folder";
import { CONFIG_MAP, DEPLOYMENT, deploy, inputsOf, NETWORK_POLICY, STDIO, typesOf } from "../support";
import { labels, monitor, named, namesOf, POD_MONITOR, RULE, SERVERS, selector } from "./support";

describe("what a cluster's own monitoring finds", () => {
  after(removeFolders);

  it("is dashboards as ConfigMaps for Grafana's sidecar, one a dashboard, and no more by default", async () => {
    const { resources } = await monitor();
    assert.deepEqual(typesOf(resources), [CONFIG_MAP, CONFIG_MAP]);
    for (const { uid, file, json } of dashboards()) {
      assert.deepEqual(named(resources, CONFIG_MAP, `${uid}-dashboard`), {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: {
          name: `${uid}-dashboard`,
          namespace: "mcp-prod",
          labels: { ...labels(`${uid}-dashboard`, "monitoring"), grafana_dashboard: "1" },
        },
        data: { [file]: json },
      });
      // Client-side apply keeps the whole object in an annotation, of which there may be 256 KiB.
      assert.ok(json.length < 100_000, `${uid}: ${json.length}`);
    }
    assert.deepEqual(namesOf(resources, CONFIG_MAP), ["mcp-fleet-dashboard", "mcp-server-dashboard"]);
  });

  it("is coloured by the stack's thresholds, and is left out on request", async () => {
    const thresholds = { latencySeconds: 2 };
    const { resources } = await monitor({ thresholds, prometheus: { scrapeInterval: "30s" } });
    const [fleet] = dashboards({ thresholds, scrapeInterval: "30s" });
    assert.deepEqual(named(resources, CONFIG_MAP, "mcp-fleet-dashboard").data, { "mcp-fleet.json": fleet?.json });
    assert.deepEqual(typesOf((await monitor({ grafana: { enabled: false } })).resources), []);
  });

  it("has names that stay, and are the stack's alone, where names are not fixed", async () => {
    const namesIn = async () =>
      (await monitor({ fixedNames: false })).resources.flatMap(({ inputs }) =>
        inputs.metadata ? [(inputs.metadata as { name: string }).name] : [],
      );
    const names = await namesIn();
    for (const name of names) assert.match(name, /^mcp-(fleet|server)-dashboard-[0-9a-f]{8}$/);
    assert.deepEqual(await namesIn(), names);
  });

  it("is a PodMonitor for each server and one PrometheusRule, where the operator is to find them", async () => {
    const { resources } = await monitor({
      discovery: "podMonitor",
      labels: { release: "kube-prometheus-stack" },
      thresholds: { downFor: "5m" },
      runbookBaseUrl: "https://runbooks.example.com",
    });
    assert.deepEqual(namesOf(resources, POD_MONITOR), ["news-pods", "weather-pods"]);
    assert.deepEqual(named(resources, POD_MONITOR, "weather-pods"), {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: {
        name: "weather",
        namespace: "mcp-prod",
        labels: { ...labels("weather", "monitoring"), release: "kube-prometheus-stack" },
      },
      spec: {
        selector: { matchLabels: selector("weather") },
        podMetricsEndpoints: [
          {
            port: "metrics",
            path: "/metrics",
            relabelings: [
              { action: "replace", targetLabel: "job", replacement: "mcp" },
              { action: "replace", targetLabel: "server", replacement: "weather" },
            ],
          },
        ],
      },
    });
    const groups = ruleGroups({
      servers: SERVERS.map((server) => ({ ...server, metricsHost: server.name })),
      thresholds: { downFor: "5m" },
      runbookBaseUrl: "https://runbooks.example.com",
    });
    assert.deepEqual(inputsOf(resources, RULE), {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: {
        name: "mcp-rules",
        namespace: "mcp-prod",
        labels: { ...labels("mcp-rules", "monitoring"), release: "kube-prometheus-stack" },
      },
      spec: { groups },
    });
    assert.equal(
      groups[0]?.rules.some((rule) => "record" in rule && rule.labels?.server === "news"),
      true,
    );
  });
});

describe("what a stack tells of itself by labels of its series", () => {
  const seriesLabels = { namespace: "mcp-prod" };

  it("is in its rules, and in its dashboards, whose ids are its own then", async () => {
    const { resources } = await monitor({ discovery: "podMonitor", seriesLabels });
    for (const { uid, file, json } of dashboards({ labels: seriesLabels })) {
      assert.match(uid, /^mcp-(fleet|server)-[0-9a-f]{8}$/);
      assert.deepEqual(named(resources, CONFIG_MAP, `${uid}-dashboard`).data, { [file]: json });
    }
    const servers = SERVERS.map((server) => ({ ...server, metricsHost: server.name }));
    assert.deepEqual(inputsOf(resources, RULE).spec, { groups: ruleGroups({ servers, labels: seriesLabels }) });
  });

  it("is added by a Prometheus of its own to all that it reads", async () => {
    const { resources } = await monitor({ prometheus: {}, seriesLabels });
    const { data } = named(resources, CONFIG_MAP, "prometheus-files");
    const [job] = parse(data["prometheus.yml"]).scrape_configs;
    assert.deepEqual(job.relabel_configs.at(-1), { target_label: "namespace", replacement: "mcp-prod" });
    const servers = SERVERS.map((server) => ({ ...server, metricsHost: server.name }));
    assert.equal(data["mcp-rules.yml"], rulesYaml({ servers, labels: seriesLabels }));
  });
});

describe("the pods of a server", () => {
  const annotationsOf = async (args: object, options = {}) =>
    inputsOf((await deploy(args, options)).resources, DEPLOYMENT).spec.template.metadata.annotations;

  it("carry annotations that say where its metrics are, when asked for and when there are any", async () => {
    assert.deepEqual(await annotationsOf({ scrapeAnnotations: true, metricsPort: 9100 }), {
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "9100",
      "prometheus.io/path": "/metrics",
    });
    assert.equal(await annotationsOf({}), undefined);
    assert.equal(await annotationsOf({ scrapeAnnotations: false }), undefined);
    assert.equal(await annotationsOf({ scrapeAnnotations: true, telemetry: false }), undefined);
    const bridged = await annotationsOf({ scrapeAnnotations: true }, { files: STDIO });
    assert.equal(bridged["prometheus.io/port"], "8000");
    const both = await annotationsOf({ scrapeAnnotations: true, secrets: { A: "s3cret" } });
    assert.deepEqual(Object.keys(both).sort(), [
      "checksum/secrets",
      "prometheus.io/path",
      "prometheus.io/port",
      "prometheus.io/scrape",
    ]);
  });

  it("let in further pods at the metrics port alone", async () => {
    const metricsIngress = [{ podLabels: selector("prometheus") }];
    const { ingress } = inputsOf((await deploy({ metricsIngress })).resources, NETWORK_POLICY).spec;
    assert.deepEqual(ingress, [
      { from: [{ podSelector: {} }], ports: [{ port: 8080, protocol: "TCP" }] },
      {
        from: [
          { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } },
          { podSelector: { matchLabels: selector("prometheus") } },
        ],
        ports: [{ port: 8000, protocol: "TCP" }],
      },
    ]);
  });
});
