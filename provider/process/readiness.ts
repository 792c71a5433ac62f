import { setTimeout as sleep } from "node:timers/promises";
import { pause } from "../cancellation";
import { readinessProblem } from "../check/httpProbe";
import { type RunState, readRunState } from "./runState";

export interface ReadinessProbe {
  /** URL that answers 2xx when the server can take work. */
  url: string;
  /** Seconds to wait before giving up. */
  timeoutSeconds: number;
  /** Whether it waits on though the user interrupts the deployment. Defaults to false. */
  isBound?: boolean;
}

/** Longest and shortest wait for one answer. */
const ANSWER_MS = 2_000;
const SHORT_ANSWER_MS = 250;
const BETWEEN_MS = 25;

/**
 * Waits until the server answers, and returns undefined, or what kept it from being ready. An answer below 500 that is
 * no 2xx comes from a server without a readiness path: it counts as ready. A server that ends while it starts has failed.
 */
export async function waitUntilReady(
  instance: string,
  { url, timeoutSeconds, isBound = false }: ReadinessProbe,
): Promise<string | undefined> {
  const deadline = Date.now() + timeoutSeconds * 1_000;
  let last = "it did not listen";
  while (Date.now() < deadline) {
    const state = readRunState(instance);
    if (hasFailed(state)) return `it ended while starting (${state?.lastExit?.how ?? "unknown reason"})`;
    const problem = await readinessProblem(url, Math.min(ANSWER_MS, Math.max(SHORT_ANSWER_MS, deadline - Date.now())));
    if (problem === undefined) return undefined;
    last = problem;
    await (isBound ? sleep : pause)(BETWEEN_MS);
  }
  return `it was not ready within ${timeoutSeconds} s: ${last}`;
}

const hasFailed = (state: RunState | undefined): boolean => state === undefined || state.restarts > 0;
