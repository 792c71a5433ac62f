import { rm } from "node:fs/promises";
import type { Command } from "@commander-js/extra-typings";
import { agreed, onStack, toJson, withStackAndJson } from "./cli";
import { invocation } from "./invocation";
import { nonZero, operate } from "./operate";
import { seconds } from "./progress";
import type { Session } from "./session";

export const define = (command: Command) =>
  withStackAndJson(command)
    .description("Removes everything that a stack deployed.")
    .option("-y, --yes", "do not ask before destroying a stack other than local")
    .option("--remove", "remove the stack too, with its state and history")
    .action(({ yes = false, remove = false, ...options }) =>
      onStack(options, async (cli) => {
        const { console } = cli;
        const session = await cli.open();
        const { name } = session;
        const preview = () => operate(session, "destroy", { sink: console, previewOnly: true });
        if (!(await agreed(cli, yes, preview, `Destroy all of ${name}?`))) return 1;
        console.status(`Destroying stack ${name}`);
        const { changes, retained } = await operate(session, "destroy", { sink: console });
        const inStack = await resourcesLeft(session);
        const removed = remove && inStack.length === 0;
        if (removed) await removeStack(session);
        if (options.json) {
          console.result(toJson({ stack: name, removed, changes: nonZero(changes), left: { inStack, retained } }));
          return 0;
        }
        const count = changes.delete ?? 0;
        const lines = [`${count} ${count === 1 ? "resource" : "resources"} deleted. ${seconds(cli.elapsed())}`];
        if (retained.length > 0) lines.push(`Kept on purpose, no longer managed: ${retained.join(", ")}`);
        if (inStack.length > 0) lines.push(`Left in the stack: ${inStack.join(", ")}`);
        const removal = invocation("destroy", `--stack ${name} --remove`);
        lines.push(
          removed
            ? `The stack ${name} is removed; its settings file stays.`
            : `The stack ${name} is left, with its history. Remove it: ${removal}`,
        );
        console.result(lines.join("\n"));
        return 0;
      }),
    );

/** The names of the resources that a destroy left in the state, such as protected ones. */
async function resourcesLeft(session: Session): Promise<string[]> {
  const state = JSON.parse(await session.pulumi(["stack", "export", "--stack", session.name]));
  const resources: { urn: string; type: string }[] = state.deployment?.resources ?? [];
  return resources
    .filter(({ type }) => type !== "pulumi:pulumi:Stack" && !type.startsWith("pulumi:providers:"))
    .map(({ urn }) => urn.split("::").at(-1) ?? urn);
}

async function removeStack(session: Session): Promise<void> {
  // Without --preserve-config the engine deletes Pulumi.<stack>.yaml, which belongs to the repository.
  await session.pulumi(["stack", "rm", "--yes", "--preserve-config", "--stack", session.name]);
  if (session.configFile) await rm(session.configFile, { force: true });
}
