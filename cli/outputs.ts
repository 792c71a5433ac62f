import { command, toJson } from "./cli";
import { serverOutputs } from "./deployed/output";
import { deployedStack, upCommand } from "./deployed/stack";
import { stackOutputs } from "./operate";
import { serversTable } from "./table";

command("outputs", "Shows the servers of a stack: where they are and how to connect.", {}, async (cli) => {
  const session = await cli.open();
  const servers = serverOutputs(await deployedStack(session));
  if (cli.flags.has("json")) {
    cli.console.result(toJson({ ...(await stackOutputs(session)), servers }));
    return 0;
  }
  const table = serversTable(servers, cli.console.width);
  cli.console.result(table || `Stack ${session.name} has no servers deployed: ${upCommand(session.name)}`);
  return 0;
});
