import { type MonitoredServer, prometheusConfig, rulesYaml } from "../../monitoring";
import * as pulumi from "../../pulumi";
import { DEFAULTS } from "../../server";
import type { McpServiceArgs } from "../mcpService";
import { FILES_FOLDER } from "../serviceFiles";
import { ALERTMANAGER } from "./alertmanager";
import type { McpMonitoringArgs, PrometheusArgs } from "./args";

export const PROMETHEUS = { name: "prometheus", image: "prom/prometheus:v3.5.0", port: 9090 } as const;

const CONFIG = "prometheus.yml";
const RULES = "mcp-rules.yml";
const DATA = "/prometheus";

/** The service that reads the servers' metrics and judges them. */
export function prometheusService(
  args: McpMonitoringArgs,
  {
    image = PROMETHEUS.image,
    port = PROMETHEUS.port,
    retention = "15d",
    retentionSize = "2GB",
    scrapeInterval,
    memoryLimit,
  }: PrometheusArgs,
): Omit<McpServiceArgs, "network"> {
  const settings = pulumi.all([pulumi.output(args.servers), args.thresholds, args.runbookBaseUrl, scrapeInterval]);
  const files = settings.apply(([given, thresholds, runbookBaseUrl, scrapeInterval]) => {
    const servers = given.map(monitored);
    return {
      [CONFIG]: prometheusConfig({
        servers,
        ...(scrapeInterval !== undefined && { scrapeInterval }),
        ruleFiles: [`${FILES_FOLDER}/${RULES}`],
        alertmanagers: [`${ALERTMANAGER.name}:${ALERTMANAGER.port}`],
        externalLabels: { stack: pulumi.getStack() },
      }),
      [RULES]: rulesYaml({
        servers,
        ...(thresholds && { thresholds }),
        ...(runbookBaseUrl !== undefined && { runbookBaseUrl }),
      }),
    };
  });
  return {
    image,
    files,
    command: [
      "/bin/prometheus",
      `--config.file=${FILES_FOLDER}/${CONFIG}`,
      `--storage.tsdb.path=${DATA}`,
      pulumi.interpolate`--storage.tsdb.retention.time=${retention}`,
      // A full disk would stop all that is written on it, not Prometheus alone.
      pulumi.interpolate`--storage.tsdb.retention.size=${retentionSize}`,
    ],
    volume: DATA,
    publish: port,
    internalPort: PROMETHEUS.port,
    // Answered once it is ready: `promtool check ready` is missing in older versions.
    health: ["promtool", "query", "instant", `http://127.0.0.1:${PROMETHEUS.port}`, "vector(1)"],
    ...(memoryLimit !== undefined && { memoryLimit }),
  };
}

/** A server of the Docker network, where its name is its address. */
const monitored = ({
  name,
  metricsPort = DEFAULTS.metricsPort,
  memoryLimit = DEFAULTS.resources.memoryLimit,
}: pulumi.Unwrap<McpMonitoringArgs["servers"]>[number]): MonitoredServer => ({
  name,
  metricsHost: name,
  metricsPort,
  memoryLimit,
});
