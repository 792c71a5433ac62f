import type { Problem } from "../../common/errors";

/** A place in a text, both counted from 1. */
export interface Position {
  line: number;
  column: number;
}

/** Why a client's file can't be merged. The file is untouched then. Whoever knows the file's name adds it as the path. */
export class MergeError extends Error {
  override readonly name = "MergeError";

  constructor(
    readonly problem: Omit<Problem, "path">,
    readonly position?: Position,
  ) {
    super(problem.message);
  }
}

/** Line and column of an offset in a text. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - (before.lastIndexOf("\n") + 1) + 1 };
}

/** The text without its byte order mark, and the mark. */
export function splitBom(text: string): { bom: string; body: string } {
  return text.startsWith("\uFEFF") ? { bom: "\uFEFF", body: text.slice(1) } : { bom: "", body: text };
}

/** The line ending that a text uses. */
export function lineEnding(text: string): "\r\n" | "\n" {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
