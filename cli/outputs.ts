import type { Command } from "@commander-js/extra-typings";
import { onStack, READING, toJson, withStackAndJson } from "./cli";
import { serverOutputs } from "./deployed/output";
import { deployedStack, upCommand } from "./deployed/stack";
import { stackOutputs } from "./operate";
import { serversTable } from "./table";

export const define = (command: Command) =>
  withStackAndJson(command)
    .description(
      "Shows the servers of a stack: where they are and how to connect. With --json, every output of the stack.",
    )
    .action((options) =>
      onStack(
        options,
        async ({ console, open }) => {
          const session = await open();
          const servers = serverOutputs(await deployedStack(session));
          if (options.json) {
            console.result(toJson({ ...(await stackOutputs(session)), servers }));
            return 0;
          }
          const nothing = `Stack ${session.name} has no servers deployed: ${upCommand(session.name)}`;
          console.result(serversTable(servers, console.width) || nothing);
          return 0;
        },
        READING,
      ),
    );
