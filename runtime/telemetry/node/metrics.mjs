/** The Prometheus metrics. Names and buckets are those of examples/node-server and of the layer for Python. */
import { createRequire } from "node:module";
import { containerMetrics } from "./container.mjs";
import { settings } from "./settings.mjs";
import { Tallies } from "./tallies.mjs";

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
 * Makes the metrics. The library is loaded only now: most processes that load this file never come so far.
 *
 * @param activeConnections tells what the gauge of this name shows
 */
export function createMetrics(activeConnections) {
  const require = createRequire(import.meta.url);
  const { Gauge, Registry } = require("prom-client");
  const registry = new Registry();
  const tallies = new Tallies();
  for (const metric of tallies.metrics()) registry.registerMetric(metric);
  new Gauge({
    registers: [registry],
    name: "mcp_active_connections",
    help: "HTTP requests open on the MCP endpoint, streams included; of a bridge, its open sessions.",
    collect() {
      this.set(activeConnections());
    },
  });
  for (const name of DEFAULTS) require(`prom-client/lib/metrics/${name}`)(registry);

  return {
    count: (...request) => tallies.count(...request),
    contentType: registry.contentType,
    exposition: async () => (await registry.metrics()) + containerMetrics(settings.cgroup),
  };
}
