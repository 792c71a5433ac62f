import { setTimeout as sleep } from "node:timers/promises";
import { type RunState, readRunState } from "./runState";

export interface ReadinessProbe {
  /** URL that answers 2xx when the server can take work. */
  url: string;
  /** Seconds to wait before giving up. */
  timeoutSeconds: number;
}

/**
 * Waits until the server answers, and returns undefined, or what kept it from being ready. An answer below 500 that is
 * no 2xx comes from a server without a readiness path: it counts as ready. A server that ends while it starts has failed.
 */
export async function waitUntilReady(
  instance: string,
  { url, timeoutSeconds }: ReadinessProbe,
): Promise<string | undefined> {
  const deadline = Date.now() + timeoutSeconds * 1_000;
  let last = "it did not listen";
  while (Date.now() < deadline) {
    const state = readRunState(instance);
    if (hasFailed(state)) return `it ended while starting (${state?.lastExit?.how ?? "unknown reason"})`;
    const answer = await ask(url, Math.min(2_000, Math.max(1, deadline - Date.now())));
    if (answer.status !== undefined && answer.status < 500) return undefined;
    last = answer.problem;
    await sleep(50);
  }
  return `it was not ready within ${timeoutSeconds} s: ${last}`;
}

function hasFailed(state: RunState | undefined): boolean {
  return state === undefined || state.restarts > 0;
}

async function ask(url: string, timeoutMs: number): Promise<{ status?: number; problem: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "manual" });
    const body = (await response.text()).slice(0, 200).trim();
    return {
      status: response.status,
      problem: `GET ${new URL(url).pathname} answers HTTP ${response.status}${body ? ` (${body})` : ""}`,
    };
  } catch (error) {
    const reason = error as Error & { cause?: { code?: string } };
    if (reason.name === "TimeoutError") return { problem: "it accepts connections but does not answer" };
    return { problem: reason.cause?.code === "ECONNREFUSED" ? "it did not listen" : reason.message };
  }
}
