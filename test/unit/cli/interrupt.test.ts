import assert from "node:assert/strict";
import { listenForInterrupts } from "../../../cli/interrupt";

describe("listenForInterrupts", () => {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]));

  afterEach(() => {
    for (const signal of signals) {
      for (const listener of process.listeners(signal)) {
        if (!before.get(signal)?.includes(listener)) process.off(signal, listener);
      }
    }
  });

  it("counts one press that arrives from the terminal, npm and bootstrap as one, and the next as the second", () => {
    let now = 0;
    const interrupt = listenForInterrupts(() => now);
    const seen: number[] = [];
    interrupt.onRequest((count) => seen.push(count));
    // Only our listener: mocha's own would end the test run.
    const ours = process.listeners("SIGINT").at(-1);
    ours?.("SIGINT");
    now = 50;
    ours?.("SIGINT");
    assert.deepEqual(seen, [1]);
    now = 2000;
    ours?.("SIGINT");
    assert.deepEqual(seen, [1, 2]);
    assert.equal(interrupt.count, 2);
  });
});
