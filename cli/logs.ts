import { styleText } from "node:util";
import type { Command } from "@commander-js/extra-typings";
import { onStack, READING, withStackAndJson } from "./cli";
import { deployedStack } from "./deployed/stack";
import type { Line } from "./logs/lines";
import { lineCount, sinceTime, wantedLines } from "./logs/options";
import { type Look, passedOn, printed } from "./logs/print";
import { showLogs } from "./logs/show";

const STOPPED = 130;

export const define = (command: Command) =>
  withStackAndJson(command)
    .description(
      "Shows what servers and services of a stack wrote, wherever they run: each line with its name, lines of JSON as " +
        "people read them. With --json every line is one object of JSON, as the server wrote it, with its name added.",
    )
    .argument("[servers...]", "names of servers and services; all of the stack without one")
    .option("-f, --follow", "go on with new lines until Ctrl-C, through restarts and rollouts")
    .option("-n, --lines <n>", "the last n lines of each (default: 100; with --since all since then)", lineCount)
    .option("--since <time>", "nothing older: 30s, 10m, 2h30m, 1d, or a time such as 2026-11-24T12:00:00Z", (given) =>
      sinceTime(given),
    )
    .action((names, { follow = false, lines, since, ...options }) =>
      onStack(
        options,
        async ({ interrupt, open }) => {
          const stop = new AbortController();
          interrupt.onRequest(() => stop.abort());
          // Whoever read the lines may go: `mcp-deploy logs | head`.
          process.stdout.on("error", () => stop.abort());
          const stack = await deployedStack(await open());
          const look: Look = {
            width: 0,
            today: new Date(),
            // Colours where a terminal takes them, and NO_COLOR does not forbid them.
            style: (style, text) => styleText(style, text, { stream: process.stdout }),
          };
          const write = (line: Line) => {
            if (line.text.trim() === "") return;
            look.width = Math.max(look.width, line.label.length);
            process.stdout.write(`${options.json ? passedOn(line) : printed(line, look)}\n`);
          };
          const request = { names, wanted: wantedLines(lines, since), follow };
          const isRead = await showLogs(stack, request, {
            line: write,
            note: (text) => void process.stderr.write(`${text}\n`),
            labels: (labels) => {
              look.width = Math.max(...labels.map(({ length }) => length));
            },
            signal: stop.signal,
          });
          if (interrupt.count > 0) return follow ? 0 : STOPPED;
          return isRead ? 0 : 1;
        },
        READING,
      ),
    );
