import { type Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { type Console, openConsole } from "./console";
import { OperationError } from "./errors";
import { type Interrupt, listenForInterrupts } from "./interrupt";
import { invocation, stackOption } from "./invocation";
import type { Session, SessionOptions } from "./session";

/** The state of a command that works with a stack. */
export interface Cli {
  stack: string;
  console: Console;
  interrupt: Interrupt;
  /** Milliseconds since the command began. */
  elapsed(): number;
  open(options?: Partial<SessionOptions>): Promise<Session>;
}

/** The options of every command that works with a stack. */
export interface StackOptions {
  stack: string;
  json?: true;
}

/** Exit code of a command that was stopped by Ctrl-C. */
const INTERRUPTED = 130;

/** What is said when a command is stopped by Ctrl-C. */
interface StopTexts {
  /** At once, by how often Ctrl-C has come. */
  stopping?(count: number): string;
  stopped: string;
}

/** Of a command that changes a stack. */
const CHANGING: StopTexts = {
  stopping: (count) =>
    count === 1 ? "Stopping: letting what has begun finish. Again to stop at once." : "Stopping at once.",
  stopped: `Stopped. ${invocation("refresh")} brings the state up to date if something was cut short.`,
};

/** Of a command that changes nothing. */
export const READING: StopTexts = { stopped: "Stopped." };

/** Adds the option that names a stack. */
export const withStack = (command: Command, meant = "local") =>
  command
    .option("-s, --stack <name>", "the stack", stackName, meant)
    .showHelpAfterError(
      `(A stack is named like this: ${invocation(command.name(), "--stack NAME")}; --help shows all options.)`,
    );

/** Adds the options that all commands share that work with a stack. */
export const withStackAndJson = (command: Command) =>
  withStack(command).option("--json", "print the result as JSON on stdout, and nothing else there");

function stackName(given: string): string {
  if (!given.startsWith("-")) return given;
  throw new InvalidArgumentError("It needs the name of a stack.");
}

/** Runs a command on its stack: progress, interruption and errors are the same for all of them. Sets the exit code. */
export async function onStack(
  { stack, json = false }: { stack: string; json?: boolean | undefined },
  body: (cli: Cli) => Promise<number>,
  { stopping, stopped }: StopTexts = CHANGING,
): Promise<void> {
  const started = Date.now();
  const console = openConsole(json);
  const interrupt = listenForInterrupts();
  if (stopping) interrupt.onRequest((count) => console.line(stopping(count)));
  const open: Cli["open"] = (own) => {
    // With the Automation API, which takes longer than all the rest.
    const { openSession } = require("./session") as typeof import("./session");
    return openSession({ stack, interrupt, say: (line) => console.line(line), ...own });
  };
  try {
    process.exitCode = await body({ stack, console, interrupt, elapsed: () => Date.now() - started, open });
  } catch (error) {
    console.done();
    if (interrupt.count > 0) {
      process.stderr.write(`${stopped}\n`);
      process.exitCode = INTERRUPTED;
      return;
    }
    if (!(error instanceof OperationError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  } finally {
    console.done();
  }
}

/**
 * Asks before a stack other than `local` is touched.
 *
 * @param preview shows what would happen, for somebody who is asked
 * @returns whether to go on
 */
export async function agreed(
  { stack, console }: Cli,
  yes: boolean,
  preview: () => Promise<unknown>,
  question: string,
): Promise<boolean> {
  if (stackOption(stack) === "" || yes) return true;
  if (process.stdin.isTTY && process.stderr.isTTY) {
    await preview();
    if (await console.confirm(question)) return true;
    process.stderr.write("Nothing was done.\n");
    return false;
  }
  process.stderr.write(`Nothing was done: without a terminal to ask on, stack ${stack} needs --yes.\n`);
  return false;
}

/** Lines of JSON for programs. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
