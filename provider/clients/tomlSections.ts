import { parse } from "smol-toml";

/** A table of a TOML text: from its header to the end of its last statement. Comments after that belong to what follows. */
export interface Section {
  /** The header's keys: ["mcp_servers", "weather"]. An array of tables ends before its index. */
  path: string[];
  start: number;
  end: number;
}

/**
 * The tables of a valid TOML text, in order. No TOML editor on npm keeps neighbouring comments to the byte (checked:
 * @decimalturn/toml-patch 3.3.0), so this finds where a table stands, and nothing more.
 */
export function tomlSections(text: string): Section[] {
  const sections: Section[] = [];
  let current: Section | undefined;
  let position = 0;
  while (position < text.length) {
    const line = lineAt(text, position);
    const isStatement = !/^[ \t]*(#|\r?\n?$)/.test(line);
    const end = isStatement ? statementEnd(text, position) : position + line.length;
    if (/^[ \t]*\[/.test(line)) {
      current = { path: headerPath(line), start: position, end };
      sections.push(current);
    } else if (isStatement && current) current.end = end;
    position = end;
  }
  return sections;
}

function lineAt(text: string, position: number): string {
  const newline = text.indexOf("\n", position);
  return text.slice(position, newline < 0 ? text.length : newline + 1);
}

/** The offset after the line on which a statement ends: strings and brackets may span lines. */
function statementEnd(text: string, start: number): number {
  let depth = 0;
  let position = start;
  while (position < text.length) {
    const character = text[position];
    if (character === "\n" && depth === 0) return position + 1;
    if (character === '"' || character === "'") position = stringEnd(text, position, character);
    else if (character === "#") position = position + lineAt(text, position).replace(/\r?\n$/, "").length;
    else {
      if (character === "[" || character === "{") depth++;
      if (character === "]" || character === "}") depth--;
      position++;
    }
  }
  return position;
}

function stringEnd(text: string, start: number, quote: string): number {
  const triple = quote.repeat(3);
  const isMultiline = text.startsWith(triple, start);
  const delimiter = isMultiline ? triple : quote;
  let position = start + delimiter.length;
  while (position < text.length && !text.startsWith(delimiter, position)) {
    position += text[position] === "\\" && quote === '"' ? 2 : 1;
  }
  position += delimiter.length;
  // A multi-line string may end in one or two quotes of its own, before the three that close it.
  while (isMultiline && text[position] === quote) position++;
  return position;
}

/** The keys of a header. The parser reads it, so that quotes and spaces need no second grammar. */
function headerPath(line: string): string[] {
  const path: string[] = [];
  let value: unknown = parse(line);
  while (value !== null && typeof value === "object" && !Array.isArray(value)) {
    const [key] = Object.keys(value);
    if (key === undefined) break;
    path.push(key);
    value = (value as Record<string, unknown>)[key];
  }
  return path;
}
