import { command, READING, toJson } from "./cli";
import { deployedStack } from "./deployed/stack";
import { stackStatus } from "./status/collect";
import { isWell, statusJson, statusText } from "./status/format";

const SUMMARY =
  "Shows how the servers and services of a stack are: health, uptime, restarts, memory, CPU, requests and errors per\n" +
  "second. It changes nothing. The exit code is 1 when one of them is not healthy.";

command(
  "status",
  SUMMARY,
  {},
  async (cli) => {
    const stack = await deployedStack(await cli.open());
    cli.console.status(`Asking the servers of stack ${stack.name}`);
    const rows = await stackStatus(stack);
    cli.console.done();
    if (cli.flags.has("json")) cli.console.result(toJson(statusJson(stack.name, rows)));
    else
      cli.console.result(rows.length > 0 ? statusText(rows, cli.console.width) : `Stack ${stack.name} has no servers.`);
    return isWell(rows) ? 0 : 1;
  },
  READING,
);
