import { JOB, type StackLabels } from "./selector";
import { Discovery, type MonitoredServer, type PrometheusSettings, type ScrapeConfig } from "./settings";
import { toYaml } from "./yaml";

export const DEFAULT_SCRAPE_INTERVAL = "15s";

/** prometheus.yml. How long data is kept is a flag of Prometheus: `--storage.tsdb.retention.time`. */
export function prometheusConfig(settings: PrometheusSettings): string {
  const { servers, scrapeInterval = DEFAULT_SCRAPE_INTERVAL, ruleFiles = [], alertmanagers = [] } = settings;
  const { labels, externalLabels = {}, scrapeConfigs = [] } = settings;
  return toYaml({
    global: {
      scrape_interval: scrapeInterval,
      evaluation_interval: scrapeInterval,
      ...(Object.keys(externalLabels).length > 0 && { external_labels: externalLabels }),
    },
    ...(ruleFiles.length > 0 && { rule_files: ruleFiles }),
    ...(alertmanagers.length > 0 && {
      alerting: { alertmanagers: [{ static_configs: [{ targets: alertmanagers }] }] },
    }),
    scrape_configs: [serverScrapeConfig(servers, labels), ...scrapeConfigs],
  });
}

/**
 * The one job that reads the metrics of all servers. Its series carry `job="mcp"`, `server`, and `instance`, which is
 * the address that they were read from.
 */
export function serverScrapeConfig(servers: MonitoredServer[], labels: StackLabels = {}): ScrapeConfig {
  const fixed = servers.filter(({ discovery }) => discovery !== Discovery.Dns);
  const resolved = servers.filter(({ discovery }) => discovery === Discovery.Dns);
  return {
    job_name: JOB,
    ...(fixed.length > 0 && {
      static_configs: fixed.map(({ name, metricsHost, metricsPort }) => ({
        targets: [`${metricsHost.includes(":") ? `[${metricsHost}]` : metricsHost}:${metricsPort}`],
        labels: { ...labels, server: name },
      })),
    }),
    ...(resolved.length > 0 && {
      dns_sd_configs: resolved.map(({ metricsHost, metricsPort }) => ({
        names: [metricsHost],
        type: "A",
        port: metricsPort,
        // Instances that have gone stay targets until then, and count as down.
        refresh_interval: "10s",
      })),
      // What was found by a name carries no labels of its own.
      relabel_configs: [
        ...resolved.map(({ name, metricsHost }) => ({
          source_labels: ["__meta_dns_name"],
          regex: metricsHost.replaceAll(".", "\\."),
          target_label: "server",
          replacement: name,
        })),
        ...Object.entries(labels).map(([label, replacement]) => ({ target_label: label, replacement })),
      ],
    }),
  };
}
