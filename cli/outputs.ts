import { command, toJson } from "./cli";
import { stackOutputs } from "./operate";
import { serversTable } from "./table";

command("outputs", "Shows the servers of a stack: where they are and how to connect.", {}, async (cli) => {
  const session = await cli.open();
  const outputs = await stackOutputs(session);
  if (cli.flags.has("json")) {
    cli.console.result(toJson(outputs));
    return 0;
  }
  const table = serversTable(outputs.servers, cli.console.width);
  cli.console.result(table || `Stack ${session.name} has no servers: deploy them with npm run up.`);
  return 0;
});
