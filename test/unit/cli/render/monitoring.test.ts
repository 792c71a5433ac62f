import assert from "node:assert/strict";
import { parse } from "yaml";
import { render } from "../../../../cli/render/render";
import { dashboards, ruleGroups } from "../../../../components/monitoring";
import { configOf, files, inProject, optionsOf, TestSource, textOf } from "./support";

/** Labels that tell the stack's series from those of others. */
const STACK = { namespace: "mcp-prod" };
const HOOK = "https://hooks.example.com/canary-t0ken";

const source = (monitoring: object) =>
  new TestSource(
    configOf(
      { services: [], secrets: [] },
      { "mcp:services": [], "mcp:secrets": { HOOK }, "mcp:monitoring": monitoring },
    ),
  );

describe("mcp-deploy render of a stack that is monitored", () => {
  inProject();

  it("writes dashboards, and annotations on the pods", async () => {
    await render(source({}), optionsOf());
    // Others may share the cluster's Prometheus and Grafana.
    const [fleet, server] = dashboards({ labels: STACK });
    assert.deepEqual(files(), [
      "00-namespace-mcp-prod.yaml",
      "20-networkpolicy-default-deny.yaml",
      "20-networkpolicy-weather.yaml",
      "30-serviceaccount-weather.yaml",
      `40-configmap-${fleet?.uid}-dashboard.yaml`,
      `40-configmap-${server?.uid}-dashboard.yaml`,
      "50-service-weather.yaml",
      "70-deployment-weather.yaml",
      "kustomization.yaml",
    ]);
    const { data, metadata } = parse(textOf(`40-configmap-${fleet?.uid}-dashboard.yaml`));
    assert.deepEqual(data, { [`${fleet?.uid}.json`]: fleet?.json });
    assert.equal(metadata.labels.grafana_dashboard, "1");
    assert.deepEqual(parse(textOf("70-deployment-weather.yaml")).spec.template.metadata.annotations, {
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "8000",
      "prometheus.io/path": "/metrics",
    });
  });

  it("writes objects of the operator without asking a cluster whether it knows them", async () => {
    await render(source({ discovery: "podMonitor", grafana: { enabled: false } }), optionsOf());
    const [monitor, rule] = ["85-podmonitor-weather.yaml", "85-prometheusrule-mcp-rules.yaml"].map((file) =>
      parse(textOf(file)),
    );
    assert.equal(monitor.spec.selector.matchLabels["app.kubernetes.io/name"], "weather");
    const servers = [{ name: "weather", metricsHost: "x", metricsPort: 8000, memoryLimit: "512Mi" }];
    assert.deepEqual(rule.spec, { groups: JSON.parse(JSON.stringify(ruleGroups({ servers, labels: STACK }))) });
    assert.equal(parse(textOf("70-deployment-weather.yaml")).spec.template.metadata.annotations, undefined);
  });

  it("writes a Prometheus with its files, and names the Secret of an Alertmanager without its receivers", async () => {
    const receivers = [{ name: "ops", webhook: { urlSecret: "HOOK" } }];
    const monitored = () => source({ prometheus: {}, alertmanager: { receivers }, grafana: { enabled: false } });
    const { secrets } = await render(monitored(), optionsOf());
    const names = files().filter((file) => /prometheus|alertmanager|metrics/.test(file));
    const config = names.find((file) => file.startsWith("40-configmap-prometheus-files-")) ?? "";
    assert.match(config, /^40-configmap-prometheus-files-[0-9a-f]{8}\.yaml$/);
    assert.deepEqual(
      names.filter((file) => file !== config),
      [
        "20-networkpolicy-alertmanager-receivers.yaml",
        "20-networkpolicy-alertmanager.yaml",
        "20-networkpolicy-prometheus.yaml",
        "50-service-alertmanager.yaml",
        "50-service-prometheus.yaml",
        "50-service-weather-metrics.yaml",
        "60-statefulset-alertmanager.yaml",
        "60-statefulset-prometheus.yaml",
      ],
    );
    const { data, metadata } = parse(textOf(config));
    assert.match(data["prometheus.yml"], /targets:\n\s+- alertmanager\.mcp-prod\.svc:9093\n/);
    const { volumes } = parse(textOf("60-statefulset-prometheus.yaml")).spec.template.spec;
    assert.deepEqual(volumes[1].projected.sources, [{ configMap: { name: metadata.name } }]);
    assert.deepEqual(
      secrets.map(({ name, keys }) => [name.replace(/[0-9a-f]{8}$/, ""), keys]),
      [["alertmanager-secret-files-", ["alertmanager.yml"]]],
    );
    const all = files().map(textOf).join("");
    for (const form of [HOOK, Buffer.from(HOOK).toString("base64"), "t0ken"]) assert.ok(!all.includes(form));
    const before = all;
    await render(monitored(), optionsOf());
    assert.equal(files().map(textOf).join(""), before);
  });

  it("gives the files another name when they change, and lets the server's metrics in to nobody else", async () => {
    const configMaps = async (monitoring: object) => {
      await render(source(monitoring), optionsOf());
      return files().filter((file) => file.includes("prometheus-files"));
    };
    const first = await configMaps({ prometheus: {} });
    assert.deepEqual(await configMaps({ prometheus: { retention: "30d" } }), first);
    assert.notDeepEqual(await configMaps({ prometheus: { scrapeInterval: "30s" } }), first);
    const [, { from }] = parse(textOf("20-networkpolicy-weather.yaml")).spec.ingress;
    assert.deepEqual(
      from.map((peer: object) => Object.keys(peer)),
      [["namespaceSelector"], ["podSelector"]],
    );
  });
});
