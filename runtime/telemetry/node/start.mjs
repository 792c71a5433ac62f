/** Puts the parts together. */
import { hookSdk } from "./hooks.mjs";
import { countActive, whenListening } from "./http.mjs";
import { warnOnce } from "./logs.mjs";
import { startMetrics } from "./metricsServer.mjs";
import { reportTo } from "./requests.mjs";
import { mistakes } from "./settings.mjs";
import { handleSignals } from "./shutdown.mjs";

export function start() {
  hookSdk();
  whenListening(() => {
    for (const mistake of mistakes) warnOnce(mistake);
    reportTo(startMetrics(countActive));
    handleSignals();
  });
}
