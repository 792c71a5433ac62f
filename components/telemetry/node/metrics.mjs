/** The Prometheus metrics. Names and buckets are those of examples/node-server and of the layer for Python. */
import { createRequire } from "node:module";
import { containerMetrics } from "./container.mjs";
import { settings } from "./settings.mjs";

// The OpenTelemetry convention's buckets for MCP servers, with finer ones below: most tools answer within 10 ms.
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/**
 * The library's default metrics that cost nothing until somebody asks for them. The others, of the collector and of the
 * event loop's delay, watch all the time: 2 % of a busy server. The library is pinned, and names no other way to choose.
 */
const DEFAULTS = [
  "heapSizeAndUsed",
  "osMemoryHeap",
  "processCpuTotal",
  "processMaxFileDescriptors",
  "processOpenFileDescriptors",
  "processStartTime",
  "version",
];

/**
 * Makes the metrics. The library is loaded only now, since most processes that load this file never come so far, and
 * at once, since the first request may come next.
 *
 * @param activeConnections tells what the gauge of this name shows
 */
export function createMetrics(activeConnections) {
  const require = createRequire(import.meta.url);
  const { Counter, Gauge, Histogram, Registry } = require("prom-client");
  const registry = new Registry();
  const common = { registers: [registry], labelNames: ["method", "endpoint"] };
  const requests = new Counter({ ...common, name: "mcp_requests_total", help: "MCP requests." });
  const errors = new Counter({ ...common, name: "mcp_request_errors_total", help: "MCP requests that failed." });
  const durations = new Histogram({
    ...common,
    name: "mcp_request_duration_seconds",
    help: "Duration of MCP requests in seconds.",
    buckets: BUCKETS,
  });
  const errorTypes = new Counter({
    registers: [registry],
    name: "mcp_request_errors_by_type_total",
    help: "MCP requests that failed, by the kind of error.",
    labelNames: ["error_type"],
  });
  new Gauge({
    registers: [registry],
    name: "mcp_active_connections",
    help: "HTTP requests open on the MCP endpoint, streams included; of a bridge, its open sessions.",
    collect() {
      this.set(activeConnections());
    },
  });
  for (const name of DEFAULTS) require(`prom-client/lib/metrics/${name}`)(registry);

  const begun = new Set();
  return {
    count(method, endpoint, seconds, errorType) {
      const labels = { method, endpoint };
      requests.inc(labels);
      durations.observe(labels, seconds);
      const series = `${method} ${endpoint}`;
      if (!begun.has(series)) {
        // Also when nothing failed: a series that begins at 0 lets rate() see the first failure.
        errors.inc(labels, 0);
        begun.add(series);
      }
      if (errorType === undefined) return;
      errors.inc(labels);
      errorTypes.inc({ error_type: errorType });
    },
    contentType: registry.contentType,
    exposition: async () => (await registry.metrics()) + containerMetrics(settings.cgroup),
  };
}
