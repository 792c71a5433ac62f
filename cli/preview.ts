import { command } from "./cli";
import { changesText, isChanged } from "./engineEvents";
import { operate } from "./operate";
import type { OptionSpec } from "./options";
import { previewJson } from "./previewJson";
import { seconds } from "./progress";

const OPTIONS: Record<string, OptionSpec> = {
  diff: { type: "boolean", description: "Show each property that changes, as pulumi preview --diff does." },
};

command("preview", "Shows what up would do, and does nothing.", OPTIONS, async (cli) => {
  const { console, flags } = cli;
  const session = await cli.open({ needsFile: true });
  console.status(`Previewing stack ${session.name}`);
  if (flags.has("json")) return previewJson(session, console);
  const output = { form: "--diff" as const, take: (text: string) => void process.stdout.write(text) };
  const options = { sink: console, create: true, ...(flags.has("diff") ? { output } : {}) };
  const { changes } = await operate(session, "preview", options);
  const what = isChanged(changes) ? `${changesText(changes, true)}.` : "Nothing would change.";
  console.result(`${what} ${seconds(cli.elapsed())}`);
  return 0;
});
