/** The command line is wrong; the message says what is right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What the engine can do with a stack. */
export type Operation = "preview" | "up" | "refresh" | "destroy";

/** A run of the engine that failed; the errors are the program's and the engine's own, in the order that they came. */
export class OperationError extends Error {
  override readonly name = "OperationError";

  constructor(
    readonly operation: Operation,
    readonly errors: string[],
  ) {
    super(errors.map((text) => `error: ${text}`).join("\n"));
  }
}
