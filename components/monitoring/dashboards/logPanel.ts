import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { LogsSortOrder } from "@grafana/grafana-foundation-sdk/common";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, type Logs } from "@grafana/grafana-foundation-sdk/elasticsearch";
import { PanelBuilder as LogsPanelBuilder } from "@grafana/grafana-foundation-sdk/logs";
import { TextMode, PanelBuilder as TextPanelBuilder } from "@grafana/grafana-foundation-sdk/text";
import { DATASOURCE_UIDS } from "../grafanaProvisioning";
import type { DashboardSettings } from "../settings";

/** Lines, not a number of them. The builder that the library has for it names its type "unknown". */
const LOG_LINES: Logs = { id: "1", type: "logs", settings: { limit: "500" } };

/** The server's log, newest lines first; where logs are not collected, how to see them. */
export function logPanel(logs: DashboardSettings["logs"]): Builder<Panel> {
  if (!logs) {
    return new TextPanelBuilder()
      .title("Logs")
      .mode(TextMode.Markdown)
      .content("Logs are not collected for Grafana. `npm run logs -- $server` shows them.")
      .height(3)
      .span(24);
  }
  const { serverField = "server", timeField = "@timestamp" } = logs;
  const query = new DataqueryBuilder()
    .query(`${serverField}:"$server"`)
    .timeField(timeField)
    .metrics([{ build: () => LOG_LINES }])
    .bucketAggs([])
    .refId("A");
  return new LogsPanelBuilder()
    .title("Logs")
    .description("The server's log lines. Values of arguments are in none of them.")
    .datasource({ type: "elasticsearch", uid: DATASOURCE_UIDS.logs })
    .targets([query])
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .sortOrder(LogsSortOrder.Descending)
    .height(12)
    .span(24);
}
