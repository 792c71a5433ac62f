import assert from "node:assert/strict";
import { parse } from "yaml";
import { Discovery, type MonitoredServer, prometheusConfig, serverScrapeConfig } from "../../../components/monitoring";

const WEATHER: MonitoredServer = { name: "weather", metricsHost: "mcp-dev-weather", metricsPort: 8000 };
const GEO: MonitoredServer = {
  name: "geo",
  metricsHost: "geo-metrics.mcp-prod.svc",
  metricsPort: 9100,
  discovery: Discovery.Dns,
};

describe("prometheus.yml", () => {
  it("reads servers at fixed addresses, with the label that tells them apart", () => {
    assert.deepEqual(serverScrapeConfig([WEATHER, { name: "maps", metricsHost: "::1", metricsPort: 8001 }]), {
      job_name: "mcp",
      static_configs: [
        { targets: ["mcp-dev-weather:8000"], labels: { server: "weather" } },
        { targets: ["[::1]:8001"], labels: { server: "maps" } },
      ],
    });
  });

  it("reads all instances behind a name, under the same labels", () => {
    assert.deepEqual(serverScrapeConfig([GEO]), {
      job_name: "mcp",
      dns_sd_configs: [{ names: ["geo-metrics.mcp-prod.svc"], type: "A", port: 9100, refresh_interval: "10s" }],
      relabel_configs: [
        {
          source_labels: ["__meta_dns_name"],
          regex: "geo-metrics\\.mcp-prod\\.svc",
          target_label: "server",
          replacement: "geo",
        },
      ],
    });
  });

  it("gives all series the labels that tell the stack's own from those of others", () => {
    const { static_configs, relabel_configs } = serverScrapeConfig([WEATHER, GEO], { namespace: "mcp-prod" });
    assert.deepEqual(
      (static_configs as { labels: object }[]).map(({ labels }) => labels),
      [{ namespace: "mcp-prod", server: "weather" }],
    );
    assert.deepEqual((relabel_configs as object[])[1], { target_label: "namespace", replacement: "mcp-prod" });
    const { scrape_configs: jobs } = parse(prometheusConfig({ servers: [GEO], labels: { namespace: "mcp-prod" } }));
    assert.equal(jobs[0].relabel_configs.length, 2);
  });

  it("reads both in the one job that all rules go by", () => {
    const { scrape_configs: jobs } = parse(prometheusConfig({ servers: [WEATHER, GEO] }));
    assert.equal(jobs.length, 1);
    assert.deepEqual(Object.keys(jobs[0]), ["job_name", "static_configs", "dns_sd_configs", "relabel_configs"]);
  });

  it("has rules, Alertmanagers, labels and further jobs where they are asked for", () => {
    const config = prometheusConfig({
      servers: [WEATHER],
      scrapeInterval: "5s",
      ruleFiles: ["/etc/prometheus/rules/*.yml"],
      alertmanagers: ["alertmanager:9093"],
      externalLabels: { stack: "dev" },
      scrapeConfigs: [{ job_name: "containers", static_configs: [{ targets: ["cadvisor:8080"] }] }],
    });
    assert.equal(
      config,
      `global:
  scrape_interval: 5s
  evaluation_interval: 5s
  external_labels:
    stack: dev
rule_files:
  - /etc/prometheus/rules/*.yml
alerting:
  alertmanagers:
    - static_configs:
        - targets:
            - alertmanager:9093
scrape_configs:
  - job_name: mcp
    static_configs:
      - targets:
          - mcp-dev-weather:8000
        labels:
          server: weather
  - job_name: containers
    static_configs:
      - targets:
          - cadvisor:8080
`,
    );
  });

  it("asks every 15 s, and nobody else, unless told otherwise", () => {
    assert.deepEqual(parse(prometheusConfig({ servers: [WEATHER] })), {
      global: { scrape_interval: "15s", evaluation_interval: "15s" },
      scrape_configs: [
        { job_name: "mcp", static_configs: [{ targets: ["mcp-dev-weather:8000"], labels: { server: "weather" } }] },
      ],
    });
  });
});
