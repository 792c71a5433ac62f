import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  TimePickerBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DEFAULT_SCRAPE_INTERVAL } from "../prometheusConfig";

/** The dashboards' ids: part of their addresses in Grafana, and never changed. */
export const FLEET_UID = "mcp-fleet";
export const SERVER_UID = "mcp-server";

/** What the dashboards have in common. */
export function frame({
  uid,
  title,
  description,
  scrapeInterval = DEFAULT_SCRAPE_INTERVAL,
}: {
  uid: string;
  title: string;
  description: string;
  scrapeInterval: string | undefined;
}): DashboardBuilder {
  const others = new DashboardLinkBuilder("MCP").type(DashboardLinkType.Dashboards).tags(["mcp"]).keepTime(true);
  return (
    new DashboardBuilder(title)
      .uid(uid)
      .description(description)
      .tags(["mcp"])
      // Changed in code: what somebody changes in Grafana would be lost with the next deployment.
      .readonly()
      .timezone("browser")
      .time({ from: "now-1h", to: "now" })
      .refresh("30s")
      .timepicker(new TimePickerBuilder().refreshIntervals([...new Set([scrapeInterval, "30s", "1m", "5m"])]))
      .tooltip(DashboardCursorSync.Crosshair)
      .link(others)
      .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"))
  );
}

/** Numbers the panels, so that links to one of them stay good, and shows the links where they are seen. */
export function finished(dashboard: Dashboard): Dashboard {
  const panels = dashboard.panels?.map((panel, index) => ({ ...panel, id: index + 1 }));
  // The builder would have them in a menu.
  const links = dashboard.links?.map(({ placement: _, ...link }) => link);
  return { ...dashboard, ...(panels && { panels }), ...(links && { links }) };
}
