import { closest } from "fastest-levenshtein";
import { type Client, clientIds } from "../common/clients";
import { command, READING, toJson } from "./cli";
import { pasted, pastedText } from "./clients/text";
import { deployedStack } from "./deployed/stack";
import { type OptionSpec, UsageError } from "./options";

const OPTIONS: Record<string, OptionSpec> = {
  server: { type: "argument", value: "SERVER", description: "Server. Defaults to all of the stack." },
  client: { type: "string", value: "CLIENT", description: `One client: ${clientIds.join(", ")}. Defaults to all.` },
};

const SUMMARY =
  "Prints what to paste into each MCP client to connect it to the servers of a stack. Secrets stand in it as the client's\n" +
  "own placeholders.";

command(
  "clients",
  SUMMARY,
  OPTIONS,
  async (cli) => {
    const { console, flags, values } = cli;
    const wanted = { servers: values.server ?? [], clients: (values.client ?? []).map(clientOf) };
    const configs = pasted(await deployedStack(await cli.open(), { secrets: true }), wanted);
    console.result(flags.has("json") ? toJson(configs) : pastedText(configs));
    return 0;
  },
  READING,
);

function clientOf(given: string): Client {
  const found = clientIds.find((id) => id === given);
  if (found) return found;
  const similar = closest(given, clientIds);
  throw new UsageError(
    `--client knows no ${given}.\n  allowed: ${clientIds.join(", ")}\n  fix: did you mean ${similar}?`,
  );
}
