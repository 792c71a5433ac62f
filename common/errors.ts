/** One thing that is wrong with what the user gave. */
export interface Problem {
  /** Where: the path in the user's own terms, such as `mcp:servers[0].port`, or a field of the args. */
  path: string;
  /** What is wrong, as a sentence without the path. */
  message: string;
  /** What was got, printed as the user wrote it. Left out for secrets. */
  got?: string;
  /** What is allowed. */
  allowed?: string;
  /** How to mend it: one action, with the command where there is one. */
  fix?: string;
}

/** Bad input, with every problem found, so that one run tells the user all there is to mend. */
export class InvalidInputError extends Error {
  override readonly name = "InvalidInputError";
  /** Pulumi prints an error with this mark as its message alone: a stack trace helps nobody to mend a config. Source: RunError of @pulumi/pulumi. */
  readonly __pulumiRunError = true;

  constructor(readonly problems: Problem[]) {
    super(problems.map(formatProblem).join("\n"));
    // Pulumi inspects what a program throws, and Node takes 10 s to inspect stack lines that lie below node_modules/@pulumi
    // (https://github.com/nodejs/node/issues/64011).
    this.stack = this.message;
  }
}

/** A problem as text: the path and what is wrong first, then got, allowed and fix on lines of their own. */
export function formatProblem({ path, message, got, allowed, fix }: Problem): string {
  const lines = [`${path}: ${message}`];
  if (got !== undefined) lines.push(`  got:     ${got}`);
  if (allowed !== undefined) lines.push(`  allowed: ${allowed}`);
  if (fix !== undefined) lines.push(`  fix:     ${fix}`);
  return lines.join("\n");
}
