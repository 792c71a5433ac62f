import { setTimeout as sleep } from "node:timers/promises";
import { HttpSession } from "../test/support/httpSession";

/** Clients that call at the same time, each over a connection of its own and one call after the other. */
export const CLIENTS = 20;
const OPEN_TIMEOUT_MS = 60_000;

/** Clients of a server, each with a session. */
export class Load {
  private constructor(private readonly sessions: HttpSession[]) {}

  /** Opens the sessions, as soon as the server answers. */
  static async open(url: string): Promise<Load> {
    return new Load(await Promise.all(Array.from({ length: CLIENTS }, () => open(url))));
  }

  /**
   * Calls a tool over and over, and returns how many calls were answered and how long they took together, in
   * milliseconds: until the last answer, which comes a little after the time is up. A call that fails, fails the
   * benchmark.
   */
  async run(tool: string, args: object, milliseconds: number): Promise<{ calls: number; milliseconds: number }> {
    const started = performance.now();
    let calls = 0;
    const callAll = this.sessions.map(async (session) => {
      while (performance.now() - started < milliseconds) {
        await session.call(tool, args);
        calls++;
      }
    });
    await Promise.all(callAll);
    return { calls, milliseconds: performance.now() - started };
  }

  close(): void {
    for (const session of this.sessions) session.abandon();
  }
}

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
