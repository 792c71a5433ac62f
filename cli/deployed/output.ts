import { asMapping } from "../compose/composeFile";
import { opened, type StateResource } from "../compose/stackState";

/** How a deployed server is reached, and what it offers; in the form of the stack output `servers`. */
export interface ServerOutput {
  target: string;
  transport?: string;
  url?: string;
  /** URL inside the cluster. */
  clusterUrl?: string;
  command?: string;
  args?: string[];
  image?: string;
  tools?: string[];
  toolsDigest?: string;
}

/**
 * What a server's component says of it; of a component from before it did, what the stack output `servers` says.
 * @returns undefined when neither says anything, or all of it is secret
 */
export function serverOutput(
  component: StateResource,
  target: string,
  state: StateResource[],
): ServerOutput | undefined {
  const stack = state.find(({ type }) => type === "pulumi:pulumi:Stack");
  const said = { ...asMapping(asMapping(opened(stack?.outputs.servers))?.[component.name]), ...component.outputs };
  const text = (name: string) => (typeof said[name] === "string" ? { [name]: said[name] } : {});
  const list = (name: string) => (Array.isArray(said[name]) ? { [name]: said[name].map(String) } : {});
  const output = {
    ...{ ...text("transport"), ...text("url"), ...text("clusterUrl"), ...text("command"), ...list("args") },
    ...{ ...text("image"), ...list("tools"), ...text("toolsDigest") },
  };
  return Object.keys(output).length > 0 ? { target, ...output } : undefined;
}

/** A server or service of a stack, as far as it is reached. */
interface Named {
  name: string;
  output?: ServerOutput;
}

/** The servers of a stack by name. Those that are not deployed are left out. */
export const serverOutputs = ({ entries }: { entries: Named[] }): Record<string, ServerOutput> =>
  Object.fromEntries(entries.flatMap(({ name, output }) => (output ? [[name, output]] : [])));
