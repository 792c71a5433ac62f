import { command, toJson } from "./cli";
import { changesText, isChanged } from "./engineEvents";
import { nonZero, operate } from "./operate";
import type { OptionSpec } from "./options";
import { seconds } from "./progress";

const OPTIONS: Record<string, OptionSpec> = {
  "clear-pending-creates": {
    type: "boolean",
    description: "Forget resources whose creation was cut short. Look first that they do not exist.",
  },
};

command("refresh", "Brings the state up to date with what really runs.", OPTIONS, async (cli) => {
  const { console } = cli;
  const session = await cli.open();
  console.status(`Refreshing stack ${session.name}`);
  const { changes } = await operate(session, "refresh", {
    sink: console,
    clearPendingCreates: cli.flags.has("clear-pending-creates"),
  });
  const changed = isChanged(changes);
  if (cli.flags.has("json")) {
    console.result(toJson({ stack: session.name, changed, changes: nonZero(changes) }));
  } else {
    console.result(`${changed ? `${changesText(changes, false)}.` : "Nothing changed."} ${seconds(cli.elapsed())}`);
  }
  return 0;
});
