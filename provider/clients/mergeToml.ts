import { isDeepStrictEqual } from "node:util";
import { parse as parseToml, TomlError, type TomlTable } from "smol-toml";
import type { JsonObject, JsonValue } from "../../common/clients/endpoint";
import type { ClientFormat } from "../../common/clients/format";
import { renderBlock } from "../../common/clients/tomlBlock";
import { lineEnding, MergeError } from "./mergeError";
import { type Section, tomlSections } from "./tomlSections";

/** The entry of a name, or undefined. Throws a MergeError when the file is malformed or its servers are no table. */
export function findToml(text: string, format: ClientFormat, name: string): JsonValue | undefined {
  const map = servers(parse(text), format);
  if (!map || !Object.hasOwn(map, name)) return undefined;
  return JSON.parse(JSON.stringify(map[name], (_, value) => (typeof value === "bigint" ? String(value) : value)));
}

/** Writes the entry's tables: in the place of the older ones, else at the end of the file, where they can't capture a key. */
export function setToml(text: string, format: ClientFormat, name: string, entry: JsonObject): string {
  const eol = lineEnding(text);
  const block = renderBlock(format.serversPath, name, entry).replaceAll("\n", eol);
  const spans = spansOf(text, format, name);
  const [first, ...rest] = spans;
  if (first) {
    const ending = /\r?\n$/.exec(text.slice(first.start, first.end))?.[0] ?? "";
    const cleared = cut(text, rest);
    return cleared.slice(0, first.start) + block + ending + cleared.slice(first.end);
  }
  if (findToml(text, format, name) !== undefined) throw notATable(format, name);
  if (text === "") return block + eol;
  const result = text.endsWith("\n") ? text + eol + block + eol : text + eol + eol + block;
  try {
    parseToml(result, { integersAsBigInt: "asNeeded" });
  } catch {
    throw new MergeError({
      message: `${format.serversPath.join(".")} is written in one line, so that no server can be added beside it`,
      allowed: `a table for each server: [${format.serversPath.join(".")}.NAME]`,
      fix: "write the servers as tables and run the command again; the file was not touched",
    });
  }
  return result;
}

/** Takes the entry's tables out, with the empty line that was put before them. */
export function unsetToml(text: string, format: ClientFormat, name: string): string {
  const spans = spansOf(text, format, name);
  if (spans.length === 0) throw notATable(format, name);
  return cut(text, spans);
}

/** Whether two texts hold the same but for the entry of that name. */
export function sameOtherTables(before: string, after: string, format: ClientFormat, name: string): boolean {
  const rest = (text: string) => {
    const document = parse(text);
    const map = servers(document, format);
    if (map) delete map[name];
    const [key = ""] = format.serversPath;
    if (map && Object.keys(map).length === 0) delete document[key];
    return document;
  };
  return isDeepStrictEqual(rest(before), rest(after));
}

/** The stretches of text that make up an entry, neighbouring tables as one. Only white space lies between those. */
function spansOf(text: string, format: ClientFormat, name: string): Section[] {
  const path = [...format.serversPath, name];
  const ours = tomlSections(text).filter((section) => path.every((key, depth) => section.path[depth] === key));
  const spans: Section[] = [];
  for (const section of ours) {
    const last = spans.at(-1);
    if (last && text.slice(last.end, section.start).trim() === "") last.end = section.end;
    else spans.push({ ...section });
  }
  return spans;
}

function cut(text: string, spans: Section[]): string {
  return [...spans].reverse().reduce((result, { start, end }) => {
    const before = result.slice(0, start);
    const blankLine = /\n\r?\n$/.test(before) ? before.replace(/\r?\n$/, "") : before;
    const atEnd = end === result.length && !result.endsWith("\n");
    // At the start of the file the empty line to take along is the one before the next entry.
    const after = before === "" ? result.slice(end).replace(/^\r?\n/, "") : result.slice(end);
    return (atEnd ? blankLine.replace(/\r?\n$/, "") : blankLine) + after;
  }, text);
}

function servers(document: TomlTable, format: ClientFormat): TomlTable | undefined {
  let table = document;
  for (const key of format.serversPath) {
    const inner = table[key];
    if (inner === undefined) return undefined;
    if (typeof inner !== "object" || Array.isArray(inner) || inner instanceof Date) {
      throw new MergeError({
        message: `"${key}" must be a table`,
        got: Array.isArray(inner) ? "an array" : typeof inner,
        allowed: `[${key}.NAME]`,
        fix: `remove "${key}" or make it a table, and run the command again; the file was not touched`,
      });
    }
    table = inner;
  }
  return table;
}

function parse(text: string): TomlTable {
  try {
    return parseToml(text, { integersAsBigInt: "asNeeded" });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ""] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
    throw new MergeError(
      {
        message: "is not valid TOML",
        got: reason,
        fix: "mend the file at this place, or move it away, and run the command again; it was not touched",
      },
      { line: error.line, column: error.column },
    );
  }
}

function notATable(format: ClientFormat, name: string): MergeError {
  return new MergeError({
    message: `the server "${name}" is written in one line, which can't be edited without touching its neighbours`,
    allowed: `[${format.serversPath.join(".")}.${name}]`,
    fix: "write it as a table, or remove it, and run the command again; the file was not touched",
  });
}
