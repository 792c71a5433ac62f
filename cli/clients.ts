import { type Command, Option } from "@commander-js/extra-typings";
import { clientIds } from "../common/clients";
import { onStack, READING, toJson, withStackAndJson } from "./cli";
import { pasted, pastedText } from "./clients/text";
import { deployedStack } from "./deployed/stack";

export const define = (command: Command) =>
  withStackAndJson(command)
    .description(
      "Prints what to paste into each MCP client to connect it to the servers of a stack. Secrets stand in it as the " +
        "client's own placeholders.",
    )
    .argument("[servers...]", "names of servers; all of the stack without one")
    .addOption(new Option("--client <client>", "for this client only").choices(clientIds))
    .action((servers, { client, ...options }) =>
      onStack(
        options,
        async ({ console, open }) => {
          const configs = pasted(await deployedStack(await open(), { secrets: true }), {
            servers,
            clients: client ? [client] : [],
          });
          console.result(options.json ? toJson(configs) : pastedText(configs));
          return 0;
        },
        READING,
      ),
    );
