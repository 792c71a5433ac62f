/**
 * Insertions and removals in JSON text that touch nothing else, and that undo each other to the byte. The `modify` of
 * jsonc-parser does neither: it formats neighbours and drops their comments, so only its parser and scanner are used.
 */
import { createScanner, type Node } from "jsonc-parser";
import type { JsonValue } from "../../common/clients/endpoint";
import { lineEnding } from "./mergeError";

interface Mark {
  isComma: boolean;
  offset: number;
  end: number;
}

interface Edit {
  offset: number;
  end: number;
  text: string;
}

/** Adds an element at the end of an object (with a key) or of an array (without). */
export function insert(text: string, container: Node, key: string | undefined, value: JsonValue): string {
  const close = endOf(container) - 1;
  const last = container.children?.at(-1);
  const from = last ? endOf(last) : container.offset + 1;
  const between = marks(text, from, close);
  const anchor = between.at(-1)?.end ?? from;
  const trailingComma = last !== undefined && between.some(({ isComma }) => isComma);
  const body = isInline(text, container)
    ? renderBeside(text, container, key, value)
    : renderLines(text, container, key, value, anchor === container.offset + 1);
  const edits: Edit[] = [{ offset: anchor, end: anchor, text: body + (trailingComma ? "," : "") }];
  if (last && !trailingComma) edits.push({ offset: from, end: from, text: "," });
  return apply(text, edits);
}

/** Takes an element out of its object or array, with the comma that it needed. Comments stay. */
export function remove(text: string, container: Node, child: Node): string {
  const children = container.children ?? [];
  const index = children.indexOf(child);
  const previous = children[index - 1];
  const start = container.offset + 1;
  const close = endOf(container) - 1;
  const before = marks(text, previous ? endOf(previous) : start, child.offset);
  const after = marks(text, endOf(child), children[index + 1]?.offset ?? close);
  if (children.length === 1 && ![...before, ...after].some(({ isComma }) => !isComma)) {
    return apply(text, [{ offset: start, end: close, text: "" }]);
  }
  const comma = after.find(({ isComma }) => isComma) ?? before.find(({ isComma }) => isComma);
  const edits: Edit[] = [
    { offset: before.at(-1)?.end ?? (previous ? endOf(previous) : start), end: endOf(child), text: "" },
  ];
  if (comma) edits.push({ offset: comma.offset, end: comma.end, text: "" });
  return apply(text, edits);
}

/** Writes another value in the place of one. */
export function replace(text: string, container: Node, value: Node, next: JsonValue): string {
  const rendered = isInline(text, container)
    ? renderInline(undefined, next, isSpaced(text, container))
    : withIndent(text, next, lineIndent(text, value.offset));
  return apply(text, [{ offset: value.offset, end: endOf(value), text: rendered }]);
}

/** The offset after a node. */
export function endOf(node: Node): number {
  return node.offset + node.length;
}

function apply(text: string, edits: Edit[]): string {
  const backwards = [...edits].sort((a, b) => b.offset - a.offset || b.end - a.end);
  return backwards.reduce((result, edit) => result.slice(0, edit.offset) + edit.text + result.slice(edit.end), text);
}

/** Commas and comments between two values. The numbers are SyntaxKind, a const enum that isolated modules can't import. */
function marks(text: string, from: number, to: number): Mark[] {
  const scanner = createScanner(text.slice(from, to), false);
  const found: Mark[] = [];
  for (let kind: number = scanner.scan(); kind !== 17; kind = scanner.scan()) {
    const offset = from + scanner.getTokenOffset();
    if (kind === 5 || kind === 12 || kind === 13) {
      found.push({ isComma: kind === 5, offset, end: offset + scanner.getTokenLength() });
    }
  }
  return found;
}

/** Whether a container is written on one line and new elements should be too. A file that is just `{}` is not. */
function isInline(text: string, container: Node): boolean {
  if (text.slice(container.offset, endOf(container)).includes("\n")) return false;
  return (container.children ?? []).length > 0 || (!text.trim().includes("\n") && container.parent !== undefined);
}

/** Whether the text, or the container where it says something, has a space after colons and commas. */
function isSpaced(text: string, container: Node): boolean {
  const sample = container.children?.length ? text.slice(container.offset, endOf(container)) : text;
  return /[:,] /.test(sample);
}

function renderBeside(text: string, container: Node, key: string | undefined, value: JsonValue): string {
  const spaced = isSpaced(text, container);
  const rendered = renderInline(key, value, spaced);
  if (!spaced) return rendered;
  const isEmptyObject = container.type === "object" && container.length === 2;
  return isEmptyObject ? ` ${rendered} ` : (container.children?.length ? " " : "") + rendered;
}

function renderLines(
  text: string,
  container: Node,
  key: string | undefined,
  value: JsonValue,
  isBlank: boolean,
): string {
  const eol = lineEnding(text);
  const outer = lineIndent(text, container.offset);
  const inner = childIndent(text, container) ?? outer + unitOf(text);
  const property = key === undefined ? "" : `${JSON.stringify(key)}: `;
  const rest = text.slice(container.offset + 1, endOf(container) - 1);
  const closing = isBlank && !container.children?.length && !rest.includes("\n") ? eol + outer : "";
  return eol + inner + property + withIndent(text, value, inner) + closing;
}

function withIndent(text: string, value: JsonValue, indent: string): string {
  return JSON.stringify(value, null, unitOf(text)).replaceAll("\n", lineEnding(text) + indent);
}

function renderInline(key: string | undefined, value: JsonValue, spaced: boolean): string {
  const [space, comma] = spaced ? [" ", ", "] : ["", ","];
  const write = (item: JsonValue): string => {
    if (Array.isArray(item)) return `[${item.map(write).join(comma)}]`;
    if (item === null || typeof item !== "object") return JSON.stringify(item);
    const properties = Object.entries(item).map(([name, inner]) => `${JSON.stringify(name)}:${space}${write(inner)}`);
    return properties.length === 0 ? "{}" : `{${space}${properties.join(comma)}${space}}`;
  };
  return (key === undefined ? "" : `${JSON.stringify(key)}:${space}`) + write(value);
}

/** White space at the start of the line on which an offset lies. */
function lineIndent(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

/** How the container's own first element is indented, when it stands on its own line. */
function childIndent(text: string, container: Node): string | undefined {
  const first = container.children?.[0];
  if (!first) return undefined;
  const indent = lineIndent(text, first.offset);
  return text.slice(0, first.offset).endsWith(`\n${indent}`) ? indent : undefined;
}

/** One step of the file's indentation: that of its first indented line, else two spaces. */
function unitOf(text: string): string {
  return /\n([ \t]+)["}[\]{]/.exec(text)?.[1] ?? "  ";
}
