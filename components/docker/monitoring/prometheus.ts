import type { MonitoredServer } from "../../monitoring";
import * as pulumi from "../../pulumi";
import { DEFAULTS } from "../../server";
import { ALERTMANAGER } from "../../services/alertmanager";
import { PROMETHEUS, prometheusRun } from "../../services/prometheus";
import type { McpServiceArgs } from "../serviceArgs";
import { FILES_FOLDER } from "../serviceFiles";
import type { McpMonitoringArgs, PrometheusArgs } from "./args";

/** The service that reads the servers' metrics and judges them. */
export function prometheusService(
  { servers, thresholds, runbookBaseUrl }: McpMonitoringArgs,
  { port = PROMETHEUS.port, ...prometheus }: PrometheusArgs,
): Omit<McpServiceArgs, "network"> {
  const work = {
    folder: FILES_FOLDER,
    servers: pulumi.output(servers).apply((given) => given.map(monitored)),
    alertmanagers: [`${ALERTMANAGER.name}:${ALERTMANAGER.port}`],
    thresholds,
    runbookBaseUrl,
  };
  return {
    ...prometheusRun(work, prometheus),
    publish: port,
    internalPort: PROMETHEUS.port,
    // Answered once it is ready: `promtool check ready` is missing in older versions.
    health: ["promtool", "query", "instant", `http://127.0.0.1:${PROMETHEUS.port}`, "vector(1)"],
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
