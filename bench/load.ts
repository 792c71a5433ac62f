import { setTimeout as sleep } from "node:timers/promises";
import { HttpSession } from "../test/support/httpSession";

/** Clients that call at the same time, each over a connection of its own and one call after the other. */
export const CLIENTS = 20;
const OPEN_TIMEOUT_MS = 60_000;

/** How many calls of `tool` a server answers in `seconds`. A call that fails, fails the benchmark. */
export async function answeredCalls(url: string, tool: string, args: object, seconds: number): Promise<number> {
  const sessions = await Promise.all(Array.from({ length: CLIENTS }, () => open(url)));
  let answered = 0;
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    sessions.map(async (session) => {
      while (performance.now() < end) {
        await session.call(tool, args);
        answered++;
      }
      await session.end();
      session.abandon();
    }),
  );
  return answered;
}

/** A session, as soon as the server answers. */
async function open(url: string): Promise<HttpSession> {
  const deadline = performance.now() + OPEN_TIMEOUT_MS;
  for (;;) {
    const session = new HttpSession(url);
    const answer = await session.open().catch(() => undefined);
    if (answer?.status === 200) return session;
    if (performance.now() > deadline) throw new Error(`No session at ${url} within ${OPEN_TIMEOUT_MS / 1000} s.`);
    await sleep(50);
  }
}
