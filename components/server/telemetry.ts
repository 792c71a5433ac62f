import type { Problem } from "../../common/errors";
import { Target, Transport } from "./args";
import type { Dependency } from "./detection";
import type { Inspection } from "./inspection";
import type { ServerSettings } from "./resolved";

/** Libraries by which a server serves Prometheus metrics itself. */
const METRICS_LIBRARIES = new Set([
  "prometheus-client",
  "prometheus-async",
  "prometheus-fastapi-instrumentator",
  "starlette-exporter",
  "starlette-prometheus",
  "aioprometheus",
  "opentelemetry-exporter-prometheus",
  "prom-client",
  "express-prom-bundle",
  "fastify-metrics",
  "@opentelemetry/exporter-prometheus",
]);

/** Folder of the layer in an image; a Dockerfile that was taken over from here has it, too. */
export const TELEMETRY_FOLDER = "/opt/mcp-telemetry";

/** Whether a layer for telemetry is loaded into a server, and whether Prometheus has something to ask for. */
export interface TelemetryDecision {
  telemetry: boolean;
  exposesMetrics: boolean;
}

/**
 * A server that serves metrics itself is left alone, unless the layer was asked for. Into an image that somebody else
 * builds, by a Dockerfile of its own too, nothing can be loaded.
 */
export function decideTelemetry(
  { telemetry, image, metricsPort, launchedByClient }: ServerSettings,
  transport: Transport,
  source: { dependencies: Dependency[]; inspection: Inspection } | undefined,
  target: Target | undefined,
): TelemetryDecision {
  const { dockerfile } = source?.inspection ?? {};
  const isOwnImage =
    target !== Target.Process &&
    (image?.dockerfile !== undefined || (dockerfile !== undefined && !dockerfile.text.includes(TELEMETRY_FOLDER)));
  const serves = source?.dependencies.some(({ name }) => METRICS_LIBRARIES.has(name)) ?? false;
  const isLoadable = source !== undefined && image?.reference === undefined && !isOwnImage;
  if (transport === Transport.Stdio)
    return { telemetry: false, exposesMetrics: isLoadable && !launchedByClient && target !== Target.Process };
  const isLoaded = isLoadable && (telemetry ?? !serves);
  return { telemetry: isLoaded, exposesMetrics: isLoaded || serves || metricsPort !== undefined };
}

/** The layer is loaded into an HTTP server whose start is ours. */
export function validateTelemetry(
  { telemetry, image }: Pick<ServerSettings, "telemetry" | "image">,
  transport: Transport,
): Problem[] {
  if (telemetry !== true) return [];
  const fix = "remove `telemetry`";
  if (image?.reference !== undefined)
    return [
      {
        path: "telemetry",
        message: "the telemetry layer is built into an image, and can't be added to one that exists already",
        got: `image.reference: ${image.reference}`,
        fix: `${fix}, or \`image.reference\` to have the image built from \`source\``,
      },
    ];
  if (transport === Transport.Stdio)
    return [
      {
        path: "telemetry",
        message: "a stdio server has no port for metrics; in a container the bridge measures it",
        got: "transport: stdio",
        allowed: "a server with `transport: http`",
        fix,
      },
    ];
  return [];
}
