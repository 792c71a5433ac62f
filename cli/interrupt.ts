/** What Ctrl-C and its kin ask for, as the engine takes it: once to finish cleanly, twice to stop at once. */
export interface Interrupt {
  /** Calls back for each request to stop. */
  onRequest(listener: (count: number) => void): void;
  /** How many requests came so far. */
  readonly count: number;
}

/** One press reaches us several times: from the terminal, from npm, from bootstrap.mjs. */
const SAME_PRESS_MS = 700;

const SIGNALS: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Starts to listen for requests to stop. From then on the process does not die of them by itself. */
export function listenForInterrupts(now: () => number = Date.now): Interrupt {
  const listeners: ((count: number) => void)[] = [];
  let count = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (now() - last < SAME_PRESS_MS) return;
      last = now();
      count++;
      for (const listener of listeners) listener(count);
    });
  }
  return {
    onRequest: (listener) => listeners.push(listener),
    get count() {
      return count;
    },
  };
}
