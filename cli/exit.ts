import { CommanderError } from "@commander-js/extra-typings";

/**
 * Runs a command's body, prints an error as people read it, and sets the exit code: that of the body, 1 for an error.
 */
export async function exitAfter(body: () => Promise<number>): Promise<void> {
  // A reader that goes away (`mcp-deploy up | head`) must not stop a deployment half-way: it goes on in silence.
  for (const stream of [process.stdout, process.stderr]) {
    if (!stream.listeners("error").includes(ignoreGoneReader)) stream.on("error", ignoreGoneReader);
  }
  try {
    process.exitCode = await body();
  } catch (error) {
    // The library has printed its own errors, and the help, already.
    if (!(error instanceof CommanderError)) process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = error instanceof CommanderError ? error.exitCode : 1;
  }
}

function ignoreGoneReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/** The message alone: stacks are shown only to whoever asks for them with PULUMI_MCP_DEBUG. */
function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env.PULUMI_MCP_DEBUG) return error.stack ?? error.message;
  const text = error.name === "EngineRunError" ? error.message.replace(/^error: /gm, "") : error.message;
  return /^\w*error/i.test(text) ? text : `error: ${text}`;
}
