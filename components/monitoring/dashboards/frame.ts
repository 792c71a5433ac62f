import { createHash } from "node:crypto";
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
import type { DashboardSettings } from "../settings";

/** A dashboard's id: part of its address in Grafana, and never changed. Stacks that share a Grafana have ids of their own. */
export function uidOf(name: "mcp-fleet" | "mcp-server", { labels = {} }: DashboardSettings): string {
  if (Object.keys(labels).length === 0) return name;
  const hash = createHash("sha256").update(JSON.stringify(Object.entries(labels).sort()));
  return `${name}-${hash.digest("hex").slice(0, 8)}`;
}

/** What the dashboards have in common. */
export function frame({
  uid,
  title,
  description,
  settings: { labels = {}, scrapeInterval = DEFAULT_SCRAPE_INTERVAL },
}: {
  uid: string;
  title: string;
  description: string;
  settings: DashboardSettings;
}): DashboardBuilder {
  const others = new DashboardLinkBuilder("MCP").type(DashboardLinkType.Dashboards).tags(["mcp"]).keepTime(true);
  const stack = Object.values(labels).join(", ");
  return (
    new DashboardBuilder(stack === "" ? title : `${title} (${stack})`)
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
