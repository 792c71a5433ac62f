import { createInterface } from "node:readline/promises";
import type { EventSink } from "./engineEvents";
import { type Progress, startProgress } from "./progress";

/** Where a command writes: results to stdout, everything else to stderr. */
export interface Console extends EventSink {
  /** The result, on stdout. */
  result(text: string): void;
  /** Ends the changing line. */
  done(): void;
  /** Asks a yes-or-no question; undefined where nobody can answer. */
  confirm(question: string): Promise<boolean | undefined>;
  /** Columns of the terminal that results go to. */
  readonly width: number | undefined;
}

/**
 * Opens a command's console.
 *
 * @param json with it, stdout carries the JSON result and nothing else
 */
export function openConsole(json: boolean): Console {
  let progress: Progress | undefined;
  const stop = () => {
    progress?.stop();
    progress = undefined;
  };
  return {
    line(text) {
      // The lines of a run belong to its result for people; for a program reading JSON they are noise on stderr.
      if (!json && !process.stdout.isTTY) process.stdout.write(`${text}\n`);
      else if (progress) progress.log(text);
      else (json ? process.stderr : process.stdout).write(`${text}\n`);
    },
    status(text) {
      if (progress) progress.update(text);
      else progress = startProgress(text);
    },
    result(text) {
      stop();
      process.stdout.write(`${text}\n`);
    },
    done: stop,
    async confirm(question) {
      stop();
      if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
      const prompt = createInterface({ input: process.stdin, output: process.stderr });
      try {
        // Ctrl-C and the end of input close the prompt, and leave the question unanswered for ever: that is a no.
        const closed = new Promise<string>((resolve) => prompt.once("close", () => resolve("")));
        const answer = await Promise.race([prompt.question(`${question} [y/N] `), closed]);
        return /^y(es)?$/i.test(answer.trim());
      } finally {
        prompt.close();
      }
    },
    get width() {
      return process.stdout.isTTY ? process.stdout.columns || undefined : undefined;
    },
  };
}
