import type { PulumiFn } from "@pulumi/pulumi/automation";
import type { EventSink } from "../engineEvents";
import { isStackMissing, type Session } from "../session";
import { build } from "./build";
import type { Source } from "./objects";

/**
 * A stack of the backend. One that is not there yet is created, as a preview does: its secrets need its key.
 * @param open opens the stack with another program
 */
export async function sessionSource(
  session: Session,
  sink: EventSink,
  open: (program: PulumiFn) => Promise<Session>,
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
    build: (missing, deployed) => build(missing, deployed, { name, sink, open }),
  };
}
