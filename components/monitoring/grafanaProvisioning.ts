import { DEFAULT_SCRAPE_INTERVAL } from "./prometheusConfig";
import type { GrafanaSettings, LogSettings } from "./settings";
import { toYaml } from "./yaml";

/** The datasources' ids in Grafana; dashboards refer to that of the logs. */
export const DATASOURCE_UIDS = { prometheus: "mcp-prometheus", logs: "mcp-logs" } as const;

/** A file for Grafana's `provisioning/datasources`. It holds a secret where `logs.password` is set. */
export function grafanaDatasources({ prometheusUrl, scrapeInterval, logs }: GrafanaSettings): string {
  return toYaml({
    apiVersion: 1,
    datasources: [
      {
        name: "Prometheus",
        uid: DATASOURCE_UIDS.prometheus,
        type: "prometheus",
        access: "proxy",
        url: literal(prometheusUrl),
        isDefault: true,
        editable: false,
        // Grafana derives the shortest window of a rate from it.
        jsonData: { timeInterval: scrapeInterval ?? DEFAULT_SCRAPE_INTERVAL, httpMethod: "POST" },
      },
      ...(logs ? [logDatasource(logs)] : []),
    ],
  });
}

function logDatasource(logs: LogSettings): object {
  const { url, index = "mcp-logs-*", timeField = "@timestamp", username, password, passwordFile } = logs;
  const secret = passwordFile === undefined ? password && literal(password) : `$__file{${passwordFile}}`;
  return {
    name: "Logs",
    uid: DATASOURCE_UIDS.logs,
    type: "elasticsearch",
    access: "proxy",
    url: literal(url),
    editable: false,
    ...(username !== undefined && { basicAuth: true, basicAuthUser: literal(username) }),
    jsonData: { index, timeField, logMessageField: "message", logLevelField: "level" },
    ...(secret !== undefined && { secureJsonData: { basicAuthPassword: secret } }),
  };
}

/** A value as it is: Grafana takes what follows a `$` for a variable. */
const literal = (text: string): string => text.replaceAll("$", "$$$$");

/** Where Grafana finds the dashboards, unless it is told. */
export const DEFAULT_DASHBOARD_FOLDER = "/etc/grafana/dashboards";

/** A file for Grafana's `provisioning/dashboards`. Dashboards are changed here, in code, and nowhere else. */
export function grafanaDashboardProvider({ dashboardFolder }: Pick<GrafanaSettings, "dashboardFolder"> = {}): string {
  return toYaml({
    apiVersion: 1,
    providers: [
      {
        name: "mcp",
        folder: "MCP",
        folderUid: "mcp",
        type: "file",
        disableDeletion: true,
        allowUiUpdates: false,
        options: { path: dashboardFolder ?? DEFAULT_DASHBOARD_FOLDER },
      },
    ],
  });
}
