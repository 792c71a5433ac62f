import type { DashboardSettings } from "../settings";

/** A dashboard as a file for Grafana: for its provisioning, or for a ConfigMap that a sidecar reads. */
export interface DashboardFile {
  /** Name of the file. */
  file: string;
  uid: string;
  title: string;
  /** The same text each time. */
  json: string;
}

/**
 * All dashboards, the fleet's first.
 * @throws InvalidInputError when a threshold is none
 */
export function dashboards(settings: DashboardSettings = {}): DashboardFile[] {
  // Grafana's builders are loaded by who makes dashboards, and by nobody else.
  const { fleetDashboard } = require("./fleet") as typeof import("./fleet");
  const { serverDashboard } = require("./server") as typeof import("./server");
  return [fleetDashboard(settings), serverDashboard(settings)].map((dashboard) => {
    const { uid = "", title = "" } = dashboard;
    return { file: `${uid}.json`, uid, title, json: `${JSON.stringify(dashboard, null, 2)}\n` };
  });
}
