import type { Command } from "@commander-js/extra-typings";
import { onStack, READING, toJson, withStackAndJson } from "./cli";
import { deployedStack } from "./deployed/stack";
import { stackStatus } from "./status/collect";
import { isWell, statusJson, statusText } from "./status/format";

export const define = (command: Command) =>
  withStackAndJson(command)
    .description(
      "Shows how the servers and services of a stack are: health, uptime, restarts, memory, CPU, requests and errors per " +
        "second. It changes nothing. The exit code is 1 when one of them is not healthy.",
    )
    .action((options) =>
      onStack(
        options,
        async ({ console, open }) => {
          const stack = await deployedStack(await open());
          console.status(`Asking the servers of stack ${stack.name}`);
          const rows = await stackStatus(stack);
          console.done();
          if (options.json) console.result(toJson(statusJson(stack.name, rows)));
          else
            console.result(rows.length > 0 ? statusText(rows, console.width) : `Stack ${stack.name} has no servers.`);
          return isWell(rows) ? 0 : 1;
        },
        READING,
      ),
    );
