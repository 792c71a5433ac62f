import type { input } from "@pulumi/kubernetes/types";
import { type ResolvedServer, Sessions } from "../server";
import { selectorLabels } from "./labels";

/** Port of the Service; the guidelines' one. */
export const SERVICE_PORT = 80;

/** Longest time between two requests of a client that still go to the same replica. Kubernetes' own default: three hours. */
export const AFFINITY_SECONDS = 10_800;

/** A server's Service: reached inside the cluster only, on port 80. */
export function serviceSpec({
  name,
  sessions,
  metricsPort,
}: Pick<ResolvedServer, "name" | "sessions" | "metricsPort">): input.core.v1.ServiceSpec {
  return {
    type: "ClusterIP",
    selector: selectorLabels(name),
    ports: [
      { name: "http", protocol: "TCP", port: SERVICE_PORT, targetPort: "http" },
      { name: "metrics", protocol: "TCP", port: metricsPort, targetPort: "metrics" },
    ],
    ...(sessions === Sessions.Affinity && {
      sessionAffinity: "ClientIP",
      sessionAffinityConfig: { clientIP: { timeoutSeconds: AFFINITY_SECONDS } },
    }),
  };
}
