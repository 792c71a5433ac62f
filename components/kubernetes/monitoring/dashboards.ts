import * as kubernetes from "@pulumi/kubernetes";
import { type DashboardSettings, dashboards } from "../../monitoring";
import type * as pulumi from "../../pulumi";
import { stackName } from "../labels";
import { metadata, type Placement } from "../metadata";

/** Label by which the sidecar of Grafana finds dashboards, unless it is told another. */
const SIDECAR = { grafana_dashboard: "1" };

/**
 * The dashboards as ConfigMaps. Names stay the same when a dashboard changes: the sidecar would remove the file that the
 * new one has just written when the old one goes.
 */
export function createDashboards(
  parent: pulumi.Resource,
  { namespace, fixedNames }: Pick<Placement, "namespace" | "fixedNames">,
  settings: DashboardSettings,
): void {
  for (const { uid, file, json } of dashboards(settings)) {
    const name = `${uid}-dashboard`;
    const named = metadata({ name, namespace, fixedNames, component: "monitoring" });
    new kubernetes.core.v1.ConfigMap(
      name,
      {
        metadata: {
          ...named,
          name: fixedNames ? name : stackName(name),
          labels: { ...(named.labels as object), ...SIDECAR },
        },
        data: { [file]: json },
      },
      { parent },
    );
  }
}
