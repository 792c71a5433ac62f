import { isDeepStrictEqual } from "node:util";
import type { JsonObject, JsonValue } from "../../common/clients/endpoint";
import type { ClientFormat } from "../../common/clients/format";
import { MergeError, splitBom } from "./mergeError";
import { dropCompanions, findJson, sameOthers, setJson, unsetJson } from "./mergeJson";
import { findToml, sameOtherTables, setToml, unsetToml } from "./mergeToml";
import { isOurs, keepFilledIn } from "./ownership";

export { MergeError } from "./mergeError";

/** What this package put into a file, remembered from one run to the next: the proof that an entry is ours. */
export interface Owned {
  /** The entry as it was written last. */
  entry: JsonObject;
  /** Containers that did not exist before: "root" of an empty file, or keys such as "mcpServers". */
  created: string[];
}

/** A merged text, and what to remember. */
export interface Upserted {
  text: string;
  created: string[];
}

/** What became of an entry: gone now, gone before, or left because the user has edited it. */
export interface Removed {
  text: string;
  outcome: "removed" | "absent" | "edited";
}

/** The entry of that name in a text, or undefined. Throws a MergeError when the text is malformed. */
export function findEntry(text: string | undefined, format: ClientFormat, name: string): JsonValue | undefined {
  const { body } = splitBom(text ?? "");
  return format.kind === "toml" ? findToml(body, format, name) : findJson(body, format, name);
}

/**
 * Writes our entry into the text of a client's file; everything else stays to the byte. `owned` is what we wrote
 * before. An entry of that name that is not ours, or that the user has edited since, is never overwritten: that is a
 * MergeError, as is a malformed text. An equal entry counts as ours: it comes from a run that was interrupted. What the
 * user put in the place of a placeholder such as `<API_KEY>` is no edit, and is kept.
 */
export function upsertEntry(
  text: string | undefined,
  format: ClientFormat,
  name: string,
  entry: JsonObject,
  owned?: Owned,
): Upserted {
  const { bom, body } = splitBom(text ?? "");
  const existing = findEntry(body, format, name);
  const before = owned?.created ?? [];
  if (isDeepStrictEqual(existing, entry)) return { text: text ?? "", created: before };
  const mayReplace = owned !== undefined && isOurs(existing, owned.entry);
  if (existing !== undefined && !mayReplace) throw notOurs(format, name, owned);

  const next = mayReplace ? keepFilledIn(existing as JsonObject, owned.entry, entry) : entry;
  if (isDeepStrictEqual(existing, next)) return { text: text ?? "", created: before };
  const edited =
    format.kind === "toml"
      ? { text: setToml(body, format, name, next), created: body === "" ? ["root"] : [] }
      : setJson(body, format, name, next);
  const created = [...new Set([...before, ...edited.created])];
  if (owned) edited.text = dropCompanions(edited.text, format, name, owned.entry, created, ids(format, name, entry));
  verify(body, edited.text, format, name, next, owned?.entry);
  return { text: bom + edited.text, created };
}

/** Takes our entry out of the text. One that the user has edited stays, and so does everything else. */
export function removeEntry(text: string, format: ClientFormat, name: string, owned: Owned): Removed {
  const { bom, body } = splitBom(text);
  const existing = findEntry(body, format, name);
  if (existing === undefined) return { text, outcome: "absent" };
  if (!isOurs(existing, owned.entry)) return { text, outcome: "edited" };
  const result =
    format.kind === "toml" ? unsetToml(body, format, name) : unsetJson(body, format, name, owned.entry, owned.created);
  verify(body, result, format, name, undefined, owned.entry);
  return { text: bom + result, outcome: "removed" };
}

/** The last line of defence: the edited text, parsed again, differs in our entry and in nothing else. */
function verify(
  before: string,
  after: string,
  format: ClientFormat,
  name: string,
  entry: JsonObject | undefined,
  old: JsonObject | undefined,
): void {
  const ours = [...ids(format, name, entry), ...ids(format, name, old)];
  const same =
    format.kind === "toml"
      ? sameOtherTables(before, after, format, name)
      : sameOthers(before, after, format, name, ours);
  if (same && isDeepStrictEqual(findEntry(after, format, name), entry)) return;
  throw new MergeError({
    message: "can't be edited without changing something else in it",
    fix: `write the server "${name}" into the file by hand (see the stack output), and report this; the file was not touched`,
  });
}

function ids(format: ClientFormat, name: string, entry: JsonObject | undefined): string[] {
  return entry ? (format.companions?.(entry, name).items ?? []).map(({ id }) => id) : [];
}

function notOurs(format: ClientFormat, name: string, owned: Owned | undefined): MergeError {
  const place = [...format.serversPath, name].join(".");
  return owned
    ? new MergeError({
        message: `the server "${name}" has been edited since this stack wrote it, and is left as it is`,
        fix: `remove ${place} from the file to have it written anew, or take ${format.title} off the server's clients to keep your edit`,
      })
    : new MergeError({
        message: `there is already a server "${name}" that this stack did not write, and it is left as it is`,
        fix: `rename or remove ${place} in the file, or give the server another name`,
      });
}
