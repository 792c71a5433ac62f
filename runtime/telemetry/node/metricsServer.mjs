/** Serves the metrics on a port of their own, so that what is open to clients never shows them. */
import { createRequire } from "node:module";
import { warnOnce } from "./logs.mjs";
import { createMetrics } from "./metrics.mjs";
import { settle } from "./requests.mjs";
import { settings } from "./settings.mjs";

/**
 * Makes the metrics and serves them. Undefined when there can be none: all else does without.
 *
 * @param activeConnections tells what the gauge of this name shows
 */
export function startMetrics(activeConnections) {
  try {
    const metrics = createMetrics(activeConnections);
    serve(metrics);
    return metrics;
  } catch (error) {
    warnOnce("no metrics: prom-client can't be loaded", error);
    return undefined;
  }
}

function serve(metrics) {
  // Not imported above: a process that comes so far has loaded it already, and all others have no need of it.
  const { createServer } = createRequire(import.meta.url)("node:http");
  const { metricsHost: host, metricsPort: port } = settings;
  const failed = (error) => warnOnce(`no metrics: ${host}:${port} can't be listened on`, error);
  const server = createServer(async (_request, response) => {
    try {
      settle();
      const body = await metrics.exposition();
      response.writeHead(200, { "content-type": metrics.contentType }).end(body);
    } catch (error) {
      warnOnce("metrics can't be collected", error);
      response.writeHead(500).end();
    }
  });
  server.on("error", failed);
  try {
    // Exclusive: of several processes of a cluster each would answer with its own numbers, now this one, now that.
    server.listen({ host, port, exclusive: true });
  } catch (error) {
    failed(error);
  }
  server.unref(); // It keeps no process alive that is done.
}
