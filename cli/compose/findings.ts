/** Something of a compose file that is not carried over as it is. */
export interface Finding {
  /** Where: the service and the key, such as `mcp-server.restart`, or a key of the file. */
  at: string;
  /** What stands there, as short as it can be told; never the value of a secret. */
  what: string;
  why: string;
  /** What to do about it. */
  fix: string;
}

/** A finding as one line. */
export function findingLine({ at, what, why, fix }: Finding): string {
  return `${at}: ${what}: ${why}; ${fix}`.replace(/\s+/g, " ");
}

/** A value for a line, at most 60 characters: text as it is, anything else as JSON, and nothing that may hold a secret. */
export function brief(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  if (/pass|pwd|secret|token|key|credential|auth|bearer|dsn|:\/\/[^/\s]*@/i.test(text)) return "(not shown)";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
