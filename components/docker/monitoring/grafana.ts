import { dashboards, grafanaDashboardProvider, grafanaDatasources, type LogSettings } from "../../monitoring";
import * as pulumi from "../../pulumi";
import { PROMETHEUS } from "../../services/prometheus";
import type { McpServiceArgs } from "../serviceArgs";
import { FILES_FOLDER } from "../serviceFiles";
import type { GrafanaArgs, LogSourceArgs, McpMonitoringArgs, PrometheusArgs } from "./args";

export const GRAFANA = { name: "grafana", image: "grafana/grafana:12.1.1", port: 3000 } as const;

const DASHBOARDS = `${FILES_FOLDER}/dashboards`;

/** Without what is undefined: an output that holds nothing counts as not given. */
const given = (logs: pulumi.Unwrap<LogSourceArgs>): LogSettings =>
  Object.fromEntries(Object.entries(logs).filter(([, value]) => value !== undefined)) as unknown as LogSettings;

/** The service that shows the dashboards. They are changed here, and nowhere else. */
export function grafanaService(
  args: McpMonitoringArgs,
  { image = GRAFANA.image, port = GRAFANA.port }: GrafanaArgs,
  password: pulumi.Output<string>,
): Omit<McpServiceArgs, "network"> {
  const { scrapeInterval } = (args.prometheus ?? {}) as PrometheusArgs;
  const settings = pulumi
    .all([args.thresholds, scrapeInterval, args.logs])
    .apply(([thresholds, scrapeInterval, logs]) => ({
      ...(thresholds && { thresholds }),
      ...(scrapeInterval !== undefined && { scrapeInterval }),
      ...(logs && { logs: given(logs) }),
    }));
  const files = settings.apply((settings) => ({
    "provisioning/datasources/mcp.yaml": grafanaDatasources({
      prometheusUrl: `http://${PROMETHEUS.name}:${PROMETHEUS.port}`,
      ...settings,
    }),
    "provisioning/dashboards/mcp.yaml": grafanaDashboardProvider({ dashboardFolder: DASHBOARDS }),
    ...Object.fromEntries(dashboards(settings).map(({ file, json }) => [`dashboards/${file}`, json])),
  }));
  return {
    image,
    files,
    command: ["/run.sh"],
    env: {
      GF_PATHS_PROVISIONING: `${FILES_FOLDER}/provisioning`,
      GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${DASHBOARDS}/mcp-fleet.json`,
      // A container's start depends on nothing outside, and nobody is told that it runs.
      GF_ANALYTICS_REPORTING_ENABLED: "false",
      GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
      GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
      GF_PLUGINS_PREINSTALL_DISABLED: "true",
    },
    secrets: { GF_SECURITY_ADMIN_PASSWORD: password },
    volume: "/var/lib/grafana",
    publish: port,
    internalPort: GRAFANA.port,
    health: ["wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${GRAFANA.port}/api/health`],
  };
}
