import { isDeepStrictEqual } from "node:util";
import type { Node } from "jsonc-parser";
import type { JsonObject, JsonValue } from "../../common/clients/endpoint";
import type { ClientFormat } from "../../common/clients/format";
import { arrayAt, elementOf, objectAt, parse, plainValue, property, required, servers } from "./jsonDocument";
import { insert, remove, replace } from "./jsonEdit";
import { lineEnding } from "./mergeError";

/** An edited text and the containers that the edit had to create: "root", or keys such as "mcpServers". */
export interface Edited {
  text: string;
  created: string[];
}

/** The entry of a name, or undefined. Throws a MergeError when the file is malformed or its servers are no object. */
export function findJson(text: string, format: ClientFormat, name: string): JsonValue | undefined {
  const node = property(text, servers(text, parse(text, format), format), name)?.value;
  return node && plainValue(node);
}

/** Writes the entry, in the place of an older one if there is one, and what it needs beside itself. */
export function setJson(text: string, format: ClientFormat, name: string, entry: JsonObject): Edited {
  const created: string[] = [];
  let result = text;
  if (!parse(result, format)) {
    result = withRoot(result);
    created.push("root");
  }
  for (const [depth, key] of format.serversPath.entries()) {
    const parent = objectAt(result, parse(result, format), format.serversPath.slice(0, depth));
    if (parent && !property(result, parent, key)) {
      result = insert(result, parent, key, {});
      created.push(key);
    }
  }
  const map = required(servers(result, parse(result, format), format));
  const existing = property(result, map, name);
  result = existing ? replace(result, map, existing.value, entry) : insert(result, map, name, entry);

  const beside = format.companions?.(entry, name);
  for (const item of beside?.items ?? []) {
    const key = beside?.key ?? "";
    const root = required(parse(result, format));
    if (!property(result, root, key)) {
      result = insert(result, root, key, []);
      created.push(key);
    }
    const list = required(arrayAt(result, required(parse(result, format)), key));
    if (!elementOf(list, item.id)) result = insert(result, list, undefined, item);
  }
  return { text: result, created };
}

/** Takes the entry out, with what stood beside it for its sake, and the containers that we created and are empty now. */
export function unsetJson(
  text: string,
  format: ClientFormat,
  name: string,
  entry: JsonObject,
  created: string[],
): string {
  const result = dropCompanions(text, format, name, entry, created);
  return dropServers(result, format, name, created);
}

/** Takes out what an older entry needed beside itself and the newer one does not. */
export function dropCompanions(
  text: string,
  format: ClientFormat,
  name: string,
  entry: JsonObject,
  created: string[],
  keep: string[] = [],
): string {
  const beside = format.companions?.(entry, name);
  let result = text;
  for (const item of (beside?.items ?? []).reverse()) {
    const key = beside?.key ?? "";
    const root = required(parse(result, format));
    const list = arrayAt(result, root, key);
    const node = list && elementOf(list, item.id);
    const usedElsewhere = JSON.stringify(others(root, format, name)).includes(beside?.reference(item.id) ?? "");
    if (list && node && !usedElsewhere && !keep.includes(item.id) && isDeepStrictEqual(plainValue(node), item)) {
      result = dropIfEmpty(remove(result, list, node), format, [], key, created);
    }
  }
  return result;
}

/** Whether two texts hold the same but for the entry of that name and what stands beside it for its sake. */
export function sameOthers(before: string, after: string, format: ClientFormat, name: string, ids: string[]): boolean {
  const rest = (text: string) => {
    const root = parse(text, format);
    return root ? others(root, format, name, ids) : {};
  };
  return isDeepStrictEqual(rest(before), rest(after));
}

function dropServers(text: string, format: ClientFormat, name: string, created: string[]): string {
  const map = required(servers(text, parse(text, format), format));
  const entry = required(property(text, map, name)?.node);
  let result = remove(text, map, entry);
  for (let depth = format.serversPath.length - 1; depth >= 0; depth--) {
    result = dropIfEmpty(result, format, format.serversPath.slice(0, depth), format.serversPath[depth] ?? "", created);
  }
  const root = required(parse(result, format));
  return created.includes("root") && isBlank(result, root) ? withoutRoot(result, root) : result;
}

function dropIfEmpty(text: string, format: ClientFormat, at: string[], key: string, created: string[]): string {
  const parent = objectAt(text, parse(text, format), at);
  const found = parent && property(text, parent, key);
  return parent && found && created.includes(key) && isBlank(text, found.value)
    ? remove(text, parent, found.node)
    : text;
}

/** Whether a container holds neither elements nor comments. */
function isBlank(text: string, node: Node): boolean {
  return text.slice(node.offset + 1, node.offset + node.length - 1).trim() === "";
}

/** The document without the entry; containers that are empty then do not count. */
function others(root: Node, format: ClientFormat, name: string, ids: string[] = []): JsonObject {
  const document = plainValue(root) as JsonObject;
  const drop = (parent: JsonObject, [key = "", ...deeper]: string[]) => {
    if (!Object.hasOwn(parent, key)) return;
    if (deeper.length > 0) drop(parent[key] as JsonObject, deeper);
    if (deeper.length === 0 || Object.keys(parent[key] as JsonObject).length === 0) delete parent[key];
  };
  drop(document, [...format.serversPath, name]);
  const empty = format.serversPath[0] ?? "";
  if (isDeepStrictEqual(document[empty], {})) delete document[empty];
  const key = format.companions?.({}, name).key;
  const list = key === undefined ? undefined : document[key];
  if (key !== undefined && Array.isArray(list)) {
    const rest = list.filter((item) => !ids.includes(String((item as JsonObject | null)?.id)));
    if (rest.length === 0) delete document[key];
    else document[key] = rest;
  }
  return document;
}

/** An empty text, or one of comments only, with an object at its end. */
function withRoot(text: string): string {
  const eol = lineEnding(text);
  return text === "" || text.endsWith("\n") ? `${text}{}${eol}` : `${text}${eol}{}`;
}

/** The reverse of `withRoot`. */
function withoutRoot(text: string, root: Node): string {
  const before = text.slice(0, root.offset);
  const after = text.slice(root.offset + root.length);
  return /^\r?\n/.test(after) ? before + after.replace(/^\r?\n/, "") : before.replace(/\r?\n$/, "") + after;
}
