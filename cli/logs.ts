import { styleText } from "node:util";
import { command, READING } from "./cli";
import { deployedStack } from "./deployed/stack";
import type { Line } from "./logs/lines";
import { LOG_OPTIONS, wantedLines } from "./logs/options";
import { type Look, passedOn, printed } from "./logs/print";
import { showLogs } from "./logs/show";

const SUMMARY =
  "Shows what servers and services of a stack wrote, wherever they run: each line with its name, lines of JSON as people\n" +
  "read them. With --json every line is one object of JSON, as the server wrote it, with its name added.";

const STOPPED = 130;

command(
  "logs",
  SUMMARY,
  LOG_OPTIONS,
  async (cli) => {
    const { flags, values, interrupt } = cli;
    const wanted = wantedLines(values);
    const stop = new AbortController();
    interrupt.onRequest(() => stop.abort());
    // Whoever read the lines may go: `npm run logs | head`.
    process.stdout.on("error", () => stop.abort());
    const stack = await deployedStack(await cli.open());
    const look: Look = {
      width: 0,
      today: new Date(),
      // Colours where a terminal takes them, and NO_COLOR does not forbid them.
      style: (style, text) => styleText(style, text, { stream: process.stdout }),
    };
    const write = (line: Line) => {
      if (line.text.trim() === "") return;
      look.width = Math.max(look.width, line.label.length);
      process.stdout.write(`${flags.has("json") ? passedOn(line) : printed(line, look)}\n`);
    };
    const request = { names: values.server ?? [], wanted, follow: flags.has("follow") };
    const isRead = await showLogs(stack, request, {
      line: write,
      note: (text) => void process.stderr.write(`${text}\n`),
      labels: (labels) => {
        look.width = Math.max(...labels.map(({ length }) => length));
      },
      signal: stop.signal,
    });
    if (interrupt.count > 0) return request.follow ? 0 : STOPPED;
    return isRead ? 0 : 1;
  },
  READING,
);
