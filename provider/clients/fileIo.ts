import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { InvalidInputError, type Problem } from "../../common/errors";

/** Files beyond this are no configuration. Claude Code keeps its history beside its servers, hence the room. */
export const MAX_BYTES = 32 * 1024 * 1024;

/** Backups of a file that are kept; older ones are deleted. */
export const BACKUPS_KEPT = 3;

/** A client's file as it was read. */
export interface Snapshot {
  /** The file itself, when the user's path is a symbolic link. */
  target: string;
  /** Undefined when there is no file yet. */
  text: string | undefined;
  stats: Stats | undefined;
}

/** An error in the user's words about one file. */
export function fileError(file: string, problem: Omit<Problem, "path">): InvalidInputError {
  return new InvalidInputError([{ path: file, ...problem }]);
}

/** Reads a file, through a symbolic link if it is one. Refuses what is no text file of a sane size. */
export async function readSnapshot(file: string): Promise<Snapshot> {
  const target = await targetOf(file);
  const stats = await statIfThere(target);
  if (!stats) return { target, text: undefined, stats };
  if (!stats.isFile()) {
    throw fileError(file, { message: "is no regular file", fix: "name the client's configuration file" });
  }
  if (stats.size > MAX_BYTES) {
    throw fileError(file, {
      message: "is too large to be a configuration file",
      got: `${stats.size} bytes`,
      allowed: `up to ${MAX_BYTES} bytes`,
      fix: "make sure that this is the client's configuration file; it was not touched",
    });
  }
  const bytes = await fs.readFile(target);
  try {
    return { target, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), stats };
  } catch {
    throw fileError(file, {
      message: "is not encoded in UTF-8",
      fix: "save it as UTF-8 and run the command again; it was not touched",
    });
  }
}

/** Whether a file is still what was read: clients write to it, too, and not all of them take the lock. */
export async function isUnchanged({ target, stats }: Snapshot): Promise<boolean> {
  const now = await statIfThere(target);
  if (!now || !stats) return now === stats;
  return now.mtimeMs === stats.mtimeMs && now.size === stats.size && now.ino === stats.ino;
}

/** Refuses a file that the user has made read-only: renaming over it would go around that. */
export async function assertWritable(file: string, { target, stats }: Snapshot): Promise<void> {
  if (!stats) return;
  const refused = (stats.mode & 0o222) === 0 || !(await fs.access(target, fs.constants.W_OK).then(yes, no));
  if (refused) {
    throw fileError(file, {
      message: "is read-only",
      fix: `make it writable (chmod u+w '${file}') or take the client off the server's clients; it was not touched`,
    });
  }
}

/** Copies a file beside the path that the user knows, with its mode. */
export async function backUp(file: string, { target, stats }: Snapshot): Promise<string | undefined> {
  if (!stats) return undefined;
  const backup = `${file}.bak-${new Date().toISOString().replace(/[-:.]/g, "")}`;
  await fs.copyFile(target, backup);
  await fs.chmod(backup, stats.mode & 0o777);
  return backup;
}

/** Deletes all but the latest backups of a file. */
export async function pruneBackups(file: string): Promise<void> {
  const folder = path.dirname(file);
  const prefix = `${path.basename(file)}.bak-`;
  const isOurs = (name: string) => name.startsWith(prefix) && /^\d{8}T\d{9}Z$/.test(name.slice(prefix.length));
  const backups = (await fs.readdir(folder)).filter(isOurs).sort();
  for (const old of backups.slice(0, -BACKUPS_KEPT)) await fs.rm(path.join(folder, old), { force: true });
}

/** Writes a file so that whoever reads it gets the old text or the new one, never a part. Keeps mode and owner. */
export async function writeAtomically({ target, stats }: Snapshot, text: string): Promise<void> {
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${randomUUID()}.tmp`);
  try {
    // A new file may come to hold what the user replaces a placeholder with, so nobody else gets to read it.
    const mode = stats ? stats.mode & 0o777 : 0o600;
    const handle = await fs.open(temporary, "wx", mode);
    try {
      await handle.writeFile(text, "utf8");
      await handle.chmod(mode);
      if (stats) await keepOwner(target, handle, stats);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, target);
  } finally {
    await fs.rm(temporary, { force: true });
  }
}

async function keepOwner(target: string, handle: fs.FileHandle, { uid, gid }: Stats): Promise<void> {
  const own = await handle.stat();
  if (own.uid === uid && own.gid === gid) return;
  await handle.chown(uid, gid).catch(() => {
    throw fileError(target, {
      message: "belongs to another user or group, which could not be kept",
      fix: "run the command as the owner of the file; it was not touched",
    });
  });
}

/** The file that a path leads to, through symbolic links. It need not exist. */
export async function targetOf(file: string): Promise<string> {
  try {
    return await fs.realpath(file);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const link = await fs.readlink(file).catch(() => undefined);
  if (link === undefined) return file;
  const target = path.resolve(path.dirname(file), link);
  if (await statIfThere(path.dirname(target))) return target;
  throw fileError(file, {
    message: "is a symbolic link into a folder that does not exist",
    got: target,
    fix: "create the folder or remove the link, and run the command again",
  });
}

/** The state of a path, or undefined when nothing is there. */
export async function statIfThere(file: string): Promise<Stats | undefined> {
  try {
    return await fs.stat(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}

const yes = () => true;
const no = () => false;
