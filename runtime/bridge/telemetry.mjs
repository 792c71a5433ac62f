/** Metrics and logs of the messages that the bridge passes on, by modules of the telemetry layer for Node servers. */
import { existsSync } from "node:fs";

// In an image they lie beside this file; among the project's sources in a folder of their own.
const beside = new URL("./telemetry/", import.meta.url);
const folder = existsSync(beside) ? beside : new URL("../telemetry/node/", import.meta.url);
const [{ startMetrics }, { begin, cancel, finish, reportTo, safely }] = await Promise.all(
  ["metricsServer.mjs", "requests.mjs"].map((file) => import(new URL(file, folder))),
);

/** Begins to count and to log, and serves the metrics. `connections` tells how many clients there are. */
export const startTelemetry = (connections) => reportTo(startMetrics(connections));

/** A client's request has come, whose response goes to the exchange. */
export function begun(exchange, message) {
  exchange.call = begin(message);
}

/** The server has answered, or nobody waits for its answer any more. Only the first of the two counts. */
export function ended(exchange, answer) {
  const { call } = exchange;
  exchange.call = undefined;
  if (call) safely(answer ? finish : cancel, call, answer);
}
