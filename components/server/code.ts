/** Source code reduced to what detection may look at: comments are gone, and every string is a number into `strings`. */
export interface Code {
  /** The code, with each string literal written as `"n"`, so that no pattern matches inside a string or a comment. */
  text: string;
  /** The literals' texts, without quotes and prefixes, escapes untouched. */
  strings: string[];
}

export type Language = "python" | "javascript";

/** Reads Python or JavaScript just far enough to tell code from comments and strings. Never fails: broken code gives less. */
export function readCode(source: string, language: Language): Code {
  const strings: string[] = [];
  const chunks: string[] = [];
  // The last characters before a slash tell a regular expression from a division.
  let tail = "";
  const add = (chunk: string) => {
    chunks.push(chunk);
    tail = (tail + chunk.slice(-TAIL)).slice(-TAIL);
  };
  const special = language === "python" ? /[#"']/g : /["'`/]/g;
  const next = language === "python" ? nextInPython : nextInJavascript;
  let at = 0;
  for (let match = special.exec(source); match !== null; match = special.exec(source)) {
    const before = source.slice(at, match.index);
    const token = next(source, match.index, tail + before.slice(-TAIL));
    add(
      token.kind === "string" && language === "python"
        ? before.replace(/(?<![A-Za-z0-9_])[rbfuRBFU]{1,2}$/, "")
        : before,
    );
    if (token.kind === "string") add(`"${strings.push(token.content) - 1}"`);
    else add(token.kind === "comment" ? " " : source.slice(match.index, token.end));
    at = token.end;
    special.lastIndex = at;
  }
  add(source.slice(at));
  return { text: chunks.join(""), strings };
}

const TAIL = 24;

type Token = { end: number } & ({ kind: "string"; content: string } | { kind: "comment" | "code" });

function nextInPython(source: string, at: number): Token {
  const quote = source[at] ?? "";
  if (quote === "#") return { kind: "comment", end: endOfLine(source, at) };
  return stringAt(source, at, source.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote);
}

function nextInJavascript(source: string, at: number, before: string): Token {
  const char = source[at] ?? "";
  if (char === "`") {
    const end = endOfTemplate(source, at);
    return { kind: "string", content: source.slice(at + 1, end - 1), end };
  }
  if (char !== "/") return stringAt(source, at, char);
  if (source.startsWith("//", at)) return { kind: "comment", end: endOfLine(source, at) };
  if (source.startsWith("/*", at)) {
    const end = source.indexOf("*/", at + 2);
    return { kind: "comment", end: end < 0 ? source.length : end + 2 };
  }
  const end = startsRegex(before) ? endOfRegex(source, at) : at + 1;
  return end > at + 1 ? { kind: "string", content: "", end } : { kind: "code", end };
}

function stringAt(source: string, at: number, quotes: string): Token {
  const start = at + quotes.length;
  const end = endOfString(source, start, quotes);
  return {
    kind: "string",
    content: source.slice(start, end),
    end: source.startsWith(quotes, end) ? end + quotes.length : end,
  };
}

/** The text of a literal that `readCode` wrote as `"n"`; undefined for any other expression. */
export function literalOf(code: Code, expression: string | undefined): string | undefined {
  const index = /^\s*"(\d+)"\s*$/.exec(expression ?? "")?.[1];
  return index === undefined ? undefined : code.strings[Number(index)];
}

/** All literals in an expression. */
export function literalsIn(code: Code, expression: string): string[] {
  return [...expression.matchAll(/"(\d+)"/g)].map((match) => code.strings[Number(match[1])] ?? "");
}

/** The arguments of a call whose opening bracket is at `open`, split at the commas between them. */
export function callArguments(text: string, open: number): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let at = open; at < text.length; at++) {
    const char = text[at] ?? "";
    if ("([{".includes(char)) depth++;
    if (")]}".includes(char)) depth--;
    if (depth === 0 || (depth === 1 && char === ",")) {
      const argument = text.slice(start, at).trim();
      if (argument !== "") found.push(argument);
      start = at + 1;
    }
    if (depth === 0) break;
  }
  return found;
}

/** The value of a keyword argument (`name=value` in Python) or of a field (`name: value` in an object literal). */
export function keyword(args: string[], name: string): string | undefined {
  const pattern = new RegExp(`^${name}\\s*[=:](?!=)\\s*([\\s\\S]+)$`);
  for (const argument of args) {
    const value = pattern.exec(argument)?.[1];
    if (value !== undefined) return value.trim();
  }
  return undefined;
}

function endOfLine(source: string, at: number): number {
  const end = source.indexOf("\n", at);
  return end < 0 ? source.length : end;
}

/** Where a string's closing quotes begin. A string of one quote ends with its line, so that a lone apostrophe costs one line. */
function endOfString(source: string, start: number, quotes: string): number {
  for (let at = start; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source.startsWith(quotes, at)) return at;
    else if (quotes.length === 1 && source[at] === "\n") return at;
  }
  return source.length;
}

/** Just behind a template literal's closing backtick. */
function endOfTemplate(source: string, start: number): number {
  let at = start + 1;
  while (at < source.length && source[at] !== "`") {
    if (source[at] === "\\") at += 2;
    else if (source.startsWith("${", at)) at = endOfSubstitution(source, at + 2);
    else at++;
  }
  return at + 1;
}

function endOfSubstitution(source: string, start: number): number {
  let depth = 1;
  let at = start;
  while (at < source.length) {
    const char = source[at] ?? "";
    if (char === "`") at = endOfTemplate(source, at);
    else if (char === '"' || char === "'") at = endOfString(source, at + 1, char) + 1;
    else {
      if (char === "{") depth++;
      if (char === "}" && --depth === 0) return at + 1;
      at++;
    }
  }
  return at;
}

/** A slash starts a regular expression where an expression may start; elsewhere it divides. */
function startsRegex(before: string): boolean {
  return /(^|[(,=:[!&|?{};+\-*%<>~^]|\b(return|typeof|case|in|of|await|void))\s*$/.test(before);
}

function endOfRegex(source: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < source.length && source[at] !== "\n"; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === "[") inClass = true;
    else if (source[at] === "]") inClass = false;
    else if (source[at] === "/" && !inClass) return at + 1;
  }
  return start + 1;
}
