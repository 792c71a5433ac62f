import type { Command } from "@commander-js/extra-typings";
import { onStack, withStackAndJson } from "./cli";
import { changesText, isChanged } from "./engineEvents";
import { operate } from "./operate";
import { previewJson } from "./previewJson";
import { seconds } from "./progress";

export const define = (command: Command) =>
  withStackAndJson(command)
    .description("Shows what up would do, and does nothing.")
    .option("--diff", "show each property that changes, as pulumi preview --diff does")
    .action(({ diff = false, ...options }) =>
      onStack(options, async ({ console, open, elapsed }) => {
        const session = await open();
        console.status(`Previewing stack ${session.name}`);
        if (options.json) return previewJson(session, console);
        const output = { form: "--diff" as const, take: (text: string) => void process.stdout.write(text) };
        const { changes } = await operate(session, "preview", { sink: console, create: true, ...(diff && { output }) });
        const what = isChanged(changes) ? `${changesText(changes, true)}.` : "Nothing would change.";
        console.result(`${what} ${seconds(elapsed())}`);
        return 0;
      }),
    );
