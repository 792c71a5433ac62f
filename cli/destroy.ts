import { rm } from "node:fs/promises";
import { agreed, command, toJson } from "./cli";
import { nonZero, operate } from "./operate";
import type { OptionSpec } from "./options";
import { seconds } from "./progress";
import type { Session } from "./session";

const OPTIONS: Record<string, OptionSpec> = {
  yes: { type: "boolean", short: "y", description: "Do not ask before destroying a stack other than local." },
  remove: { type: "boolean", description: "Remove the stack too, with its state and history." },
};

command("destroy", "Removes everything that a stack deployed.", OPTIONS, async (cli) => {
  const { console, flags } = cli;
  const session = await cli.open();
  const preview = () => operate(session, "destroy", { sink: console, previewOnly: true });
  if (!(await agreed(cli, preview, `Destroy all of ${session.name}?`))) return 1;
  console.status(`Destroying stack ${session.name}`);
  const { changes, retained } = await operate(session, "destroy", { sink: console });
  const inStack = await resourcesLeft(session);
  if (flags.has("remove") && inStack.length === 0) await removeStack(session);
  const removed = flags.has("remove") && inStack.length === 0;
  if (flags.has("json")) {
    console.result(toJson({ stack: session.name, removed, changes: nonZero(changes), left: { inStack, retained } }));
    return 0;
  }
  const count = changes.delete ?? 0;
  const lines = [`${count} ${count === 1 ? "resource" : "resources"} deleted. ${seconds(cli.elapsed())}`];
  if (retained.length > 0) lines.push(`Kept on purpose, no longer managed: ${retained.join(", ")}`);
  if (inStack.length > 0) lines.push(`Left in the stack: ${inStack.join(", ")}`);
  lines.push(
    removed
      ? `The stack ${session.name} is removed; its settings file stays.`
      : `The stack ${session.name} is left, with its history. Remove it: npm run destroy -- --stack ${session.name} --remove`,
  );
  console.result(lines.join("\n"));
  return 0;
});

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
