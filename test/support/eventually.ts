import { setTimeout as sleep } from "node:timers/promises";

/** Repeats an assertion until it holds, for up to 20 s unless another time is given. */
export async function eventually(assertion: () => Promise<void>, milliseconds = 20_000): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await assertion();
    } catch (error) {
      if (attempt * 250 >= milliseconds) throw error;
      await sleep(250);
    }
  }
}
