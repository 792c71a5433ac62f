import type { Command } from "@commander-js/extra-typings";
import { agreed, onStack, toJson, withStackAndJson } from "./cli";
import { serverOutputs } from "./deployed/output";
import { deployedStack } from "./deployed/stack";
import { changesText, isChanged } from "./engineEvents";
import { nonZero, operate } from "./operate";
import { seconds } from "./progress";
import { serversTable } from "./table";

export const define = (command: Command) =>
  withStackAndJson(command)
    .description("Deploys the servers of a stack, and creates the stack on first use.")
    .option("-y, --yes", "do not ask before deploying to a stack other than local")
    .action(({ yes = false, ...options }) =>
      onStack(options, async (cli) => {
        const { console } = cli;
        const session = await cli.open();
        const preview = () => operate(session, "preview", { sink: console, create: true });
        if (!(await agreed(cli, yes, preview, `Deploy this to ${session.name}?`))) return 1;
        console.status(`Deploying stack ${session.name}`);
        const { changes } = await operate(session, "up", { sink: console, create: true });
        const servers = serverOutputs(await deployedStack(session));
        console.done();
        const changed = isChanged(changes);
        if (options.json) {
          const took = Math.round(cli.elapsed() / 100) / 10;
          console.result(toJson({ stack: session.name, changed, changes: nonZero(changes), seconds: took, servers }));
          return 0;
        }
        const table = serversTable(servers, console.width);
        const what = changed ? `${changesText(changes, false)}.` : "Nothing changed.";
        console.result(`${what} ${seconds(cli.elapsed())}${table ? `\n\n${table}` : ""}`);
        return 0;
      }),
    );
