import { EngineRunError } from "./engineCommand";

/** Runs a command's body, prints an error as people read it, and sets the exit code. */
export function main(body: () => Promise<number>): void {
  body().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.stderr.write(`${errorText(error)}\n`);
      process.exitCode = 1;
    },
  );
}

/** The message alone: stacks are shown only to whoever asks for them with PULUMI_MCP_DEBUG. */
function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env.PULUMI_MCP_DEBUG) return error.stack ?? error.message;
  const text = error instanceof EngineRunError ? error.message.replace(/^error: /gm, "") : error.message;
  return /^\w*error/i.test(text) ? text : `error: ${text}`;
}
