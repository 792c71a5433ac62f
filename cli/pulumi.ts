import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { Command } from "@commander-js/extra-typings";
import { chooseBackend } from "./backend";
import { obtainEngine } from "./engine";
import { enginePath } from "./engineCommand";
import { projectBackend, projectRoot } from "./project";

export const define = (command: Command) =>
  command
    .description(
      "The engine's own command line, on the backend and with the passphrase that the other commands use. For what they do " +
        "not cover, such as `config set --secret` or `stack ls`.",
    )
    .argument("[arguments...]", "what pulumi is given")
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (args) => {
      process.exitCode = await pulumi(args);
    });

async function pulumi(args: string[]): Promise<number> {
  const root = projectRoot();
  const engine = await obtainEngine();
  const backend = await chooseBackend({ projectBackend: projectBackend(root) });
  const env = { ...process.env, ...backend.env, PATH: enginePath(engine), PULUMI_SKIP_UPDATE_CHECK: "true" };
  const child = spawn(engine.binary, args, { cwd: root, env, stdio: "inherit" });
  // The terminal sends Ctrl-C to the engine as well; this process only has to outlive it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  return new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
