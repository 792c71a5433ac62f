import type { Command } from "@commander-js/extra-typings";
import { onStack, toJson, withStackAndJson } from "./cli";
import { changesText, isChanged } from "./engineEvents";
import { nonZero, operate } from "./operate";
import { seconds } from "./progress";

export const define = (command: Command) =>
  withStackAndJson(command)
    .description("Brings the state up to date with what really runs.")
    .option(
      "--clear-pending-creates",
      "forget resources whose creation was cut short; look first that they do not exist",
    )
    .action(({ clearPendingCreates = false, ...options }) =>
      onStack(options, async ({ console, open, elapsed }) => {
        const session = await open();
        console.status(`Refreshing stack ${session.name}`);
        const { changes } = await operate(session, "refresh", { sink: console, clearPendingCreates });
        const changed = isChanged(changes);
        if (options.json) {
          console.result(toJson({ stack: session.name, changed, changes: nonZero(changes) }));
        } else {
          console.result(`${changed ? `${changesText(changes, false)}.` : "Nothing changed."} ${seconds(elapsed())}`);
        }
        return 0;
      }),
    );
