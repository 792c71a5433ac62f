#!/usr/bin/env node
import path from "node:path";
import { Command } from "@commander-js/extra-typings";
import { VERSION } from "../common/version";
import { exitAfter } from "./exit";
import { refuseSwallowed } from "./npm";

/** Every command, with what it does. Each has a file of its own, which is loaded only when it is called. */
const COMMANDS = {
  up: "deploys the servers of a stack",
  preview: "shows what up would do",
  refresh: "brings the state up to date with what really runs",
  destroy: "removes everything that a stack deployed",
  status: "shows how servers and services are",
  logs: "shows what servers and services wrote",
  outputs: "shows the servers: where they are and how to connect",
  clients: "prints what to paste into MCP clients",
  advise: "says where a server belongs, and why",
  render: "writes the Kubernetes manifests that up would apply",
  eject: "writes a server's Dockerfile into its folder",
  import: "reads a compose file into the settings of a stack",
  export: "writes the containers of a stack as a compose file",
  pulumi: "the engine's own command line, on the same backend",
};

/** A file of a command: adds description, arguments, options and action. */
interface CommandFile {
  define(command: Command): unknown;
}

/** The command line, of which only the command that is called is complete. */
export function program(argv: string[]): Command {
  const root = new Command("mcp-deploy")
    .description(
      "Deploys MCP servers as local processes, Docker stacks or Kubernetes deployments, and shows how they are.",
    )
    .version(VERSION)
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .hook("preAction", (_, command) => refuseSwallowed(command));
  const called = argv.find((argument) => argument in COMMANDS);
  for (const [name, summary] of Object.entries(COMMANDS)) {
    const command = root
      .command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`);
    if (name === called) (require(path.join(__dirname, name)) as CommandFile).define(command);
  }
  return root;
}

/** Runs a command line and sets the exit code. */
export const execute = (argv: string[]): Promise<void> =>
  exitAfter(async () => {
    process.exitCode = 0;
    await program(argv).parseAsync(argv, { from: "user" });
    return Number(process.exitCode);
  });

if (require.main === module) void execute(process.argv.slice(2));
