import * as fs from "node:fs/promises";
import * as path from "node:path";
import { lock } from "proper-lockfile";
import { clientFormats } from "../../common/clients";
import type { JsonObject, JsonValue } from "../../common/clients/endpoint";
import { type Client, type ClientFormat, currentHost, type Host, type Location } from "../../common/clients/format";
import {
  assertWritable,
  backUp,
  fileError,
  isUnchanged,
  pruneBackups,
  readSnapshot,
  type Snapshot,
  statIfThere,
  targetOf,
  writeAtomically,
} from "./fileIo";
import { findEntry, MergeError, type Owned, type Removed, removeEntry, upsertEntry } from "./merge";

/** Which entry of which file is meant. */
export interface EntryAddress {
  client: Client;
  /** The file, absolute, relative to the working directory, or starting with "~/". Defaults to the client's own. */
  file?: string;
  /** The server's name in the file. */
  name: string;
}

/** What an applied entry left behind. */
export interface Applied {
  /** The file, absolute. */
  file: string;
  /** What to remember, so that the entry can be told as ours later on. */
  owned: Owned;
  /** The copy of the file as it was before; undefined when nothing was there or nothing changed. */
  backup?: string;
}

/**
 * Containers that this process created, by file. Several servers of one stack go into the same file; each of them then
 * remembers that the file or the map is not the user's, and whichever is removed last takes it along.
 */
const createdHere = new Map<string, string[]>();

/** The file that an address means, absolute. */
export function fileOf({ client, file }: EntryAddress, host: Host = currentHost()): string {
  if (file === undefined) return locationOf(client, host).file;
  return path.resolve(file.replace(/^~(?=[/\\]|$)/, () => host.home));
}

/** The entry as it stands in the file now, or undefined. */
export async function readEntry(address: EntryAddress, host?: Host): Promise<JsonValue | undefined> {
  const file = fileOf(address, host);
  const { text } = await readSnapshot(file);
  return inFile(file, () => findEntry(text, clientFormats[address.client], address.name));
}

/**
 * Merges our entry into a client's file: under a lock, with a backup, written in one piece and read back.
 *
 * The folder of a file that the user named is created. That of the client's own file is created only inside a folder
 * that the client itself has made: an entry for a client that is not installed would help nobody.
 */
export async function applyEntry(
  address: EntryAddress & { entry: JsonObject; previous?: Owned },
  host: Host = currentHost(),
): Promise<Applied> {
  const file = fileOf(address, host);
  const format = clientFormats[address.client];
  await prepareFolder(file, address, host);
  return withLock(file, async (snapshot) => {
    const { text: before } = snapshot;
    const previous = address.previous;
    const merged = inFile(file, () => upsertEntry(before, format, address.name, address.entry, previous));
    const created = new Set([...(createdHere.get(file) ?? []), ...merged.created]);
    if (before === undefined) created.add("file");
    if (created.size > 0) createdHere.set(file, [...created]);
    const owned = { entry: address.entry, created: [...created] };
    if (merged.text === before) return { file, owned };
    const backup = await commit(file, snapshot, merged.text);
    return { file, owned, ...(backup ? { backup } : {}) };
  });
}

/** Takes our entry out of a client's file; a file that we created and that holds nothing else is deleted. */
export async function removeEntryFromFile(
  address: EntryAddress & { previous: Owned },
  host: Host = currentHost(),
): Promise<Removed["outcome"]> {
  const file = fileOf(address, host);
  const format = clientFormats[address.client];
  if (!(await statIfThere(file))) return "absent";
  return withLock(file, async (snapshot) => {
    const { text } = snapshot;
    if (text === undefined) return "absent";
    const removed = inFile(file, () => removeEntry(text, format, address.name, address.previous));
    if (removed.outcome !== "removed") return removed.outcome;
    if (address.previous.created.includes("file") && removed.text.trim() === "") {
      await assertWritable(file, snapshot);
      await fs.rm(snapshot.target);
      createdHere.delete(file);
    } else await commit(file, snapshot, removed.text);
    return removed.outcome;
  });
}

function locationOf(client: Client, host: Host): Location {
  return clientFormats[client].location(host);
}

async function prepareFolder(file: string, address: EntryAddress, host: Host): Promise<void> {
  if (address.file === undefined) {
    const { presence } = locationOf(address.client, host);
    const found = await Promise.all(presence.map(statIfThere));
    if (!found.some((stats) => stats !== undefined)) throw notInstalled(clientFormats[address.client], presence);
  }
  await fs.mkdir(path.dirname(file), { recursive: true });
}

async function commit(file: string, snapshot: Snapshot, text: string): Promise<string | undefined> {
  await assertWritable(file, snapshot);
  const backup = await backUp(file, snapshot);
  if (!(await isUnchanged(snapshot))) {
    if (backup) await fs.rm(backup, { force: true });
    throw new ChangedMeanwhile();
  }
  await writeAtomically(snapshot, text);
  await pruneBackups(file);
  if ((await fs.readFile(snapshot.target, "utf8")) !== text) {
    throw fileError(file, {
      message: "does not hold what was written to it: another program writes to it at the same time",
      fix: `quit the client and run the command again${backup ? `; the file as it was before is in ${backup}` : ""}`,
    });
  }
  return backup;
}

class ChangedMeanwhile extends Error {}

/** The last edit of each file in this process: Pulumi creates several resources at once, and the lock is not fair. */
const lastEdit = new Map<string, Promise<unknown>>();

async function oneAfterAnother<T>(file: string, edit: () => Promise<T>): Promise<T> {
  const turn = (lastEdit.get(file) ?? Promise.resolve()).then(edit);
  const done = turn.catch(() => undefined);
  lastEdit.set(file, done);
  return turn;
}

/** Runs an edit under the lock `<file>.lock`, the one that Claude Code takes as well, and anew when the file changes meanwhile. */
async function withLock<T>(file: string, edit: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const target = await targetOf(file);
  return oneAfterAnother(target, () => locked(file, target, edit));
}

async function locked<T>(file: string, target: string, edit: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const release = await lock(target, {
    realpath: false,
    stale: 10_000,
    retries: { retries: 40, factor: 1.2, minTimeout: 25, maxTimeout: 1000 },
    onCompromised: () => undefined,
  }).catch((error: NodeJS.ErrnoException) => {
    throw lockFailed(file, error);
  });
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await edit(await readSnapshot(file));
      } catch (error) {
        if (!(error instanceof ChangedMeanwhile)) throw error;
        if (attempt === 5) {
          throw fileError(file, {
            message: "is being changed by another program all the time",
            fix: "quit the client and run the command again; the file was not touched",
          });
        }
      }
    }
  } finally {
    await release().catch(() => undefined);
  }
}

function lockFailed(file: string, error: NodeJS.ErrnoException): Error {
  if (error.code === "ELOCKED") {
    return fileError(file, {
      message: "is locked by another program",
      fix: `quit the client and run the command again; if nothing uses the file, remove '${file}.lock'`,
    });
  }
  return fileError(file, {
    message: "can't be changed: its folder does not let this user write",
    got: error.code ?? error.message,
    fix: `make '${path.dirname(file)}' writable, or take the client off the server's clients`,
  });
}

function notInstalled(format: ClientFormat, presence: string[]): Error {
  return fileError(presence[0] ?? format.title, {
    message: `does not exist: ${format.title} seems not to be installed on this machine`,
    fix: `install and start ${format.title} once, name the file to write, or take ${format.title} off the server's clients`,
  });
}

/** Gives a merge error the file's name, so that it reads like a compiler's: file, line and column first. */
function inFile<T>(file: string, merge: () => T): T {
  try {
    return merge();
  } catch (error) {
    if (!(error instanceof MergeError)) throw error;
    const { position } = error;
    throw fileError(position ? `${file}:${position.line}:${position.column}` : file, error.problem);
  }
}
