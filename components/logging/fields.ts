/**
 * Fields of a document, beyond those of its line: `@timestamp` is the time at which the container engine read the line,
 * `offset` its place in its file, which orders lines of the same millisecond.
 */
export const FIELDS = { time: "@timestamp", server: "server", message: "message", level: "level" } as const;

/** Fields that servers write as text, each found under its own name in a document. Source: docs/monitoring.md, logs. */
export const TEXT_FIELDS = [
  "timestamp",
  "level",
  "logger",
  "message",
  "request_id",
  "method",
  "tool",
  "outcome",
  "error_type",
] as const;

/** Fields that servers write as a number. */
export const NUMBER_FIELDS = ["duration_seconds"] as const;
