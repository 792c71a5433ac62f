import { agreed, command, toJson } from "./cli";
import { serverOutputs } from "./deployed/output";
import { deployedStack } from "./deployed/stack";
import { changesText, isChanged } from "./engineEvents";
import { nonZero, operate } from "./operate";
import type { OptionSpec } from "./options";
import { seconds } from "./progress";
import { serversTable } from "./table";

const OPTIONS: Record<string, OptionSpec> = {
  yes: { type: "boolean", short: "y", description: "Do not ask before deploying to a stack other than local." },
};

command("up", "Deploys the servers of a stack, and creates the stack on first use.", OPTIONS, async (cli) => {
  const { console, flags } = cli;
  const session = await cli.open({ needsFile: true });
  const preview = () => operate(session, "preview", { sink: console, create: true });
  if (!(await agreed(cli, preview, `Deploy this to ${session.name}?`))) return 1;
  console.status(`Deploying stack ${session.name}`);
  const { changes } = await operate(session, "up", { sink: console, create: true });
  const servers = serverOutputs(await deployedStack(session));
  console.done();
  const changed = isChanged(changes);
  if (flags.has("json")) {
    const took = Math.round(cli.elapsed() / 100) / 10;
    console.result(toJson({ stack: session.name, changed, changes: nonZero(changes), seconds: took, servers }));
    return 0;
  }
  const table = serversTable(servers, console.width);
  const what = changed ? `${changesText(changes, false)}.` : "Nothing changed.";
  console.result(`${what} ${seconds(cli.elapsed())}${table ? `\n\n${table}` : ""}`);
  return 0;
});
