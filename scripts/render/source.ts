import type { PulumiFn } from "@pulumi/pulumi/automation";
import type { EventSink } from "../engineEvents";
import { operate } from "../operate";
import { isStackMissing, type Session } from "../session";
import type { Source } from "./objects";
import { prepareForKubernetes } from "./program";

/** The URNs of all components: the engine wants the parents of a target, and they are nothing by themselves. */
const COMPONENTS = "**mcp:index:*::*";

/**
 * A stack of the backend. One that is not there yet is created, as a preview does: its secrets need its key.
 * @param openWith opens the stack with another program
 */
export async function sessionSource(
  session: Session,
  sink: EventSink,
  openWith: (program: PulumiFn) => Promise<Session>,
): Promise<Source> {
  const { name, configFile } = session;
  const project = (await session.stack.workspace.projectSettings()).name;
  const organization = name.split("/").length > 1 ? name.split("/")[0] : undefined;
  const run = (...args: string[]): Promise<string> =>
    session.pulumi([...args, "--stack", name]).catch(async (error: unknown) => {
      if (!isStackMissing(error)) throw error;
      await session.create();
      sink.line(`Created stack ${name}.`);
      return session.pulumi([...args, "--stack", name]);
    });
  return {
    project,
    stack: name,
    ...(organization !== undefined && { organization }),
    async config() {
      const file = configFile === undefined ? [] : ["--config-file", configFile];
      const printed = JSON.parse(await run("config", "--show-secrets", "--json", ...file));
      const entries = Object.entries(printed as Record<string, { value?: string; secret: boolean }>);
      return {
        values: Object.fromEntries(entries.map(([key, { value = "" }]) => [key, value])),
        secretKeys: entries.filter(([, { secret }]) => secret).map(([key]) => key),
      };
    },
    state: () => run("stack", "export", "--show-secrets"),
    async build(missing, outputs) {
      const preparing = await openWith(async () => {
        prepareForKubernetes(name);
        return outputs;
      });

      const targets = missing.map(({ type, name: resource }) => `**${type}::${resource}`);
      await operate(preparing, "up", { sink, create: true, targets: [COMPONENTS, ...targets] });
    },
  };
}
