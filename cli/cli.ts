import { type Console, openConsole } from "./console";
import { type Interrupt, listenForInterrupts } from "./interrupt";
import { main } from "./main";
import { OperationError } from "./operate";
import { helpText, type OptionSpec, parseOptions, SHARED } from "./options";
import { openSession, type Session, type SessionOptions } from "./session";

/** The state of a command that runs. */
export interface Cli {
  stack: string;
  flags: Set<string>;
  /** Values of the command's own options. */
  values: Record<string, string[]>;
  console: Console;
  interrupt: Interrupt;
  /** Milliseconds since the command began. */
  elapsed(): number;
  open(options?: Partial<SessionOptions>): Promise<Session>;
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
  stopped: "Stopped. npm run refresh brings the state up to date if something was cut short.",
};

/** Of a command that changes nothing. */
export const READING: StopTexts = { stopped: "Stopped." };

/** Runs one of the commands: options, help, interruption and errors are the same for all of them. */
export function command(
  name: string,
  summary: string,
  specs: Record<string, OptionSpec>,
  body: (cli: Cli) => Promise<number>,
  { stopping, stopped }: StopTexts = CHANGING,
): void {
  main(async () => {
    const all = { ...SHARED, ...specs };
    const { stack, flags, values } = parseOptions(name, process.argv.slice(2), all);
    if (flags.has("help")) {
      process.stdout.write(helpText(name, summary, all));
      return 0;
    }
    const started = Date.now();
    const console = openConsole(flags.has("json"));
    const interrupt = listenForInterrupts();
    if (stopping) interrupt.onRequest((count) => console.line(stopping(count)));
    const cli: Cli = {
      stack,
      flags,
      values,
      console,
      interrupt,
      elapsed: () => Date.now() - started,
      open: (options) => openSession({ stack, interrupt, say: (line) => console.line(line), ...options }),
    };
    try {
      return await body(cli);
    } catch (error) {
      console.done();
      if (interrupt.count > 0) {
        process.stderr.write(`${stopped}\n`);
        return INTERRUPTED;
      }
      if (!(error instanceof OperationError)) throw error;
      process.stderr.write(`\n${error.message}\n`);
      return 1;
    } finally {
      console.done();
    }
  });
}

/**
 * Asks before a stack other than `local` is touched.
 *
 * @param preview shows what would happen, for somebody who is asked
 * @returns whether to go on
 */
export async function agreed(cli: Cli, preview: () => Promise<unknown>, question: string): Promise<boolean> {
  if (cli.stack === "local" || cli.flags.has("yes")) return true;
  if (process.stdin.isTTY && process.stderr.isTTY) {
    await preview();
    if (await cli.console.confirm(question)) return true;
    process.stderr.write("Nothing was done.\n");
    return false;
  }
  process.stderr.write(`Nothing was done: without a terminal to ask on, stack ${cli.stack} needs --yes.\n`);
  return false;
}

/** Lines of JSON for programs. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
