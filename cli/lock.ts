import { mkdir } from "node:fs/promises";
import { lock } from "proper-lockfile";

/** How often a held lock is looked at again, and after how long without a sign of life it counts as abandoned. */
const RETRY_MS = 500;
const STALE_MS = 15_000;

/** The parts of the lock that tests shorten. */
export interface LockTiming {
  staleMs?: number;
  retryMs?: number;
}

/**
 * Runs `step` while no other run on this machine does the same for `folder`.
 * A run that was killed blocks the next one for {@link STALE_MS} at most: its lock is no longer refreshed.
 *
 * @param onWait called once when another run holds the lock
 */
export async function withFolderLock<T>(
  folder: string,
  onWait: () => void,
  step: () => Promise<T>,
  { staleMs = STALE_MS, retryMs = RETRY_MS }: LockTiming = {},
): Promise<T> {
  await mkdir(folder, { recursive: true });
  let release: (() => Promise<void>) | undefined;
  for (let waited = false; release === undefined; waited = true) {
    try {
      // A lock that was lost (the machine slept, the disk was slow) is no reason to die: what the steps produce is
      // put in place by a rename, so that two of them at once are merely twice the work.
      release = await lock(folder, { stale: staleMs, update: Math.floor(staleMs / 3), onCompromised: () => {} });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
      if (!waited) onWait();
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
  try {
    return await step();
  } finally {
    await release().catch(() => {});
  }
}
