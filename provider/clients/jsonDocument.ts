/** Reading a client's JSON file: where things stand in the text, and errors that name line and column. */
import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import type { JsonObject, JsonValue } from "../../common/clients/endpoint";
import type { ClientFormat } from "../../common/clients/format";
import { MergeError, positionAt } from "./mergeError";

/** The root object of a text, or undefined when the text is empty or holds comments only. Malformed text is a MergeError. */
export function parse(text: string, format: ClientFormat): Node | undefined {
  const errors: ParseError[] = [];
  const strict = format.kind === "json";
  const root = parseTree(text, errors, {
    disallowComments: strict,
    allowTrailingComma: !strict,
    allowEmptyContent: true,
  });
  const [error] = errors;
  if (error) {
    const isComment = strict && error.error === 10;
    throw new MergeError(
      {
        message: isComment ? "has a comment, which this client can't read" : "is not valid JSON",
        got: printParseErrorCode(error.error).replace(/(?<=.)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
        allowed: strict ? "JSON without comments and trailing commas" : "JSON with comments",
        fix: "mend the file at this place, or move it away, and run the command again; it was not touched",
      },
      positionAt(text, error.offset),
    );
  }
  if (root && root.type !== "object") throw wrongType(text, root, "the file", "object");
  return root;
}

/** The map from server name to entry, or undefined when it is not there. */
export function servers(text: string, root: Node | undefined, format: ClientFormat): Node | undefined {
  return objectAt(text, root, format.serversPath);
}

/** The object at a path, or undefined when it is not there. Anything else there is a MergeError. */
export function objectAt(text: string, root: Node | undefined, path: string[]): Node | undefined {
  let node = root;
  for (const key of path) {
    node = node && property(text, node, key)?.value;
    if (node && node.type !== "object") throw wrongType(text, node, `"${key}"`, "object");
  }
  return node;
}

/** The array of a key at the top, or undefined when it is not there. */
export function arrayAt(text: string, root: Node, key: string): Node | undefined {
  const node = property(text, root, key)?.value;
  if (node && node.type !== "array") throw wrongType(text, node, `"${key}"`, "array");
  return node;
}

/** The value of a node. The parser's own objects have no prototype, which counts as a difference. */
export function plainValue(node: Node): JsonValue {
  return JSON.parse(JSON.stringify(getNodeValue(node)));
}

/** The element of an array with that `id`. */
export function elementOf(list: Node, id: string): Node | undefined {
  return list.children?.find((child) => (plainValue(child) as JsonObject | null)?.id === id);
}

/** The property of a key. A key that is there twice is a MergeError. */
export function property(text: string, parent: Node | undefined, key: string): { node: Node; value: Node } | undefined {
  const found = (parent?.children ?? []).filter((child) => child.children?.[0]?.value === key);
  const [node, second] = found;
  if (second) {
    throw new MergeError(
      {
        message: `has the key "${key}" twice, so that it depends on the client which one counts`,
        fix: `merge the two "${key}" into one and run the command again; the file was not touched`,
      },
      positionAt(text, second.offset),
    );
  }
  const value = node?.children?.[1];
  return node && value && { node, value };
}

function wrongType(text: string, node: Node, what: string, allowed: "object" | "array"): MergeError {
  return new MergeError(
    {
      message: `${what} must be an ${allowed}`,
      got: node.type,
      allowed: allowed === "object" ? "{ ... }" : "[ ... ]",
      fix: `write ${allowed === "object" ? "{}" : "[]"} in its place and run the command again; the file was not touched`,
    },
    positionAt(text, node.offset),
  );
}

/** A node that was just put there. */
export function required(node: Node | undefined): Node {
  if (!node)
    throw new MergeError({ message: "could not be edited", fix: "report this as a bug; the file was not touched" });
  return node;
}
