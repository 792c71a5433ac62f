/** Puts the parts together. */
import { hookSdk } from "./hooks.mjs";
import { countActive, whenListening } from "./http.mjs";
import { warnOnce } from "./logs.mjs";
import { createMetrics } from "./metrics.mjs";
import { startMetricsServer } from "./metricsServer.mjs";
import { reportTo } from "./requests.mjs";
import { mistakes } from "./settings.mjs";
import { handleSignals } from "./shutdown.mjs";

export function start() {
  hookSdk();
  whenListening(() => {
    for (const mistake of mistakes) warnOnce(mistake);
    reportTo(startMetrics());
    handleSignals();
  });
}

/** Undefined when there can be none: logs, health checks and the shutdown do without. */
function startMetrics() {
  try {
    const metrics = createMetrics(countActive);
    startMetricsServer(metrics);
    return metrics;
  } catch (error) {
    warnOnce("no metrics: prom-client can't be loaded", error);
    return undefined;
  }
}
