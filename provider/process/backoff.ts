const SHORTEST_MS = 1_000;
const LONGEST_MS = 30_000;
/** A server that ran this long has recovered: its next crash starts from the shortest wait again. */
const RECOVERED_MS = 60_000;

/** How long to wait before a crashed server is started again: twice as long after each crash in a row, from 1 to 30 s. */
export class Backoff {
  private wait = SHORTEST_MS;

  /**
   * The next wait, in milliseconds.
   * @param ranMs how long the server ran before it crashed
   */
  next(ranMs: number): number {
    const wait = ranMs >= RECOVERED_MS ? SHORTEST_MS : this.wait;
    this.wait = Math.min(wait * 2, LONGEST_MS);
    return wait;
  }
}
