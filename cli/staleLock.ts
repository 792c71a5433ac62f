import { readdir, readFile, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/** A lock file of a `file://` backend, as the engine writes it. */
export interface StackLock {
  file: string;
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
}

/** The stack is being changed by somebody else. */
export class StackInUseError extends Error {
  override readonly name = "StackInUseError";

  constructor(stack: string, { file, pid, username, hostname: host, timestamp }: StackLock) {
    super(
      `The stack ${stack} is in use: process ${pid} of ${username} on ${host} holds its lock since ${timestamp}.\n` +
        `  fix: wait for it to end. If no Pulumi runs there any more, remove ${file}`,
    );
  }
}

/**
 * Removes the locks that killed engines left on a stack of a `file://` backend; they have no expiry, and
 * `pulumi cancel` would remove a live engine's lock too (https://github.com/pulumi/pulumi/pull/2697).
 * Only a lock of this host whose process is gone is removed.
 *
 * @param folder the backend's folder
 * @returns the locks that were removed
 * @throws StackInUseError when a lock is held by a process that may be alive
 */
export async function removeStaleLocks(folder: string, project: string, stack: string): Promise<StackLock[]> {
  const removed: StackLock[] = [];
  const locks = join(folder, ".pulumi", "locks", "organization", project, stack);
  for (const name of await readdir(locks).catch(() => [])) {
    // Beside each lock lies its `.json.attrs`.
    if (!name.endsWith(".json")) continue;
    const lock = await readLock(join(locks, name));
    if (!lock) continue;
    if (!(await isAbandoned(lock))) throw new StackInUseError(stack, lock);
    await rm(lock.file, { force: true });
    await rm(`${lock.file}.attrs`, { force: true });
    removed.push(lock);
  }
  return removed;
}

async function readLock(file: string): Promise<StackLock | undefined> {
  try {
    const { pid, username, hostname: host, timestamp } = JSON.parse(await readFile(file, "utf8"));
    return { file, pid: Number(pid), username: String(username), hostname: String(host), timestamp: String(timestamp) };
  } catch {
    // Released in between, or being written: the engine itself checks the locks once more.
    return undefined;
  }
}

/** Whether the process that took a lock is gone for certain. */
async function isAbandoned({ pid, hostname: host, timestamp }: StackLock): Promise<boolean> {
  if (host !== hostname() || !Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  // Linux tells more. A process whose parent has not collected it yet is dead all the same; and process ids are used
  // again: a process that is younger than the lock did not take it.
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  if (/\) [ZX] /.test(status)) return true;
  const started = await stat(`/proc/${pid}`).catch(() => undefined);
  return started !== undefined && started.ctimeMs > Date.parse(timestamp) + 2000;
}
