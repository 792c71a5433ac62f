/** Runs a command's body, prints an error as people read it, and sets the exit code. */
export function main(body: () => Promise<number>): void {
  // A reader that goes away (`npm run up | head`) must not stop a deployment half-way: it goes on in silence.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
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
  const text = error.name === "EngineRunError" ? error.message.replace(/^error: /gm, "") : error.message;
  return /^\w*error/i.test(text) ? text : `error: ${text}`;
}
