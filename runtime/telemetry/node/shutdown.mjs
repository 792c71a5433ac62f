/** Graceful shutdown on SIGTERM and SIGINT: turn unready, let running calls finish, end the streams, exit with 0. */
import { setTimeout as sleep } from "node:timers/promises";
import { drain, isDraining, open, servers } from "./http.mjs";
import { log } from "./logs.mjs";
import { runningRequests } from "./requests.mjs";
import { settings } from "./settings.mjs";

const SIGNALS = ["SIGTERM", "SIGINT"];
const UNREADY_MS = 1_000; // Proxies go on sending for a moment after a shutdown begins: that still has to land.
const POLL_MS = 50;
const CLOSE_MS = 1_000;

/** Takes the signals, for as long as the server has no handlers of its own. */
export function handleSignals() {
  // First in the row: it must be gone before handlers that look how many there are, as those of signal-exit do.
  for (const signal of SIGNALS) process.prependListener(signal, received);
}

function received(signal) {
  if (isDraining()) process.exit(0); // A second signal means: now.
  if (process.listenerCount(signal) > 1) process.removeListener(signal, received);
  else shutDown(signal);
}

async function shutDown(signal) {
  const deadline = Date.now() + settings.graceMs;
  drain();
  log("INFO", "shutting down", { signal });
  await sleep(UNREADY_MS);
  while (runningCalls() > 0 && Date.now() < deadline) await sleep(POLL_MS);
  await sleep(POLL_MS); // An answer that has been handed over may not be written yet.
  log("INFO", "closing connections", { unfinished_calls: runningCalls() });
  const closed = [...servers].map((server) => new Promise((resolve) => server.close(resolve)));
  for (const [response, isMcp] of open) if (isMcp && isStream(response)) endStream(response);
  await Promise.race([Promise.all(closed), sleep(CLOSE_MS)]);
  process.exit(0);
}

/** Requests of the protocol, and all others that nothing has been answered to. */
function runningCalls() {
  let unanswered = 0;
  for (const [response, isMcp] of open) if (!response.headersSent && !(isMcp && isStream(response))) unanswered += 1;
  return Math.max(runningRequests(), unanswered);
}

/** A stream never ends by itself, and is not waited for. One that has something to write is an answer under way. */
const isStream = (response) =>
  (response.headersSent || response.req.method === "GET") && !response.writableEnded && response.writableLength === 0;

/** Ends it in good order: a client should see an end, and not a broken line. */
function endStream(response) {
  response.on("error", () => {}); // What the server still writes comes too late.
  response.end();
}
