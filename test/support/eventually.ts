import { setTimeout as sleep } from "node:timers/promises";

/** Repeats an assertion until it holds, for up to 20 s. */
export async function eventually(assertion: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await assertion();
    } catch (error) {
      if (attempt === 80) throw error;
      await sleep(250);
    }
  }
}
