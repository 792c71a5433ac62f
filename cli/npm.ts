import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { UsageError } from "./errors";
import { invocation } from "./invocation";

/** Options of ours that are settings of npm too, and may be set for npm. */
const NPM_SETTINGS = new Set(["cert", "diff", "help", "json", "yes"]);

/**
 * Refuses a command without an option that npm took for its own: it does so with those before `--`, and drops them.
 * `npm run destroy --stack=prod` would destroy `local`.
 * @throws UsageError
 */
export function refuseSwallowed(command: CommandUnknownOpts, env: NodeJS.ProcessEnv = process.env): void {
  for (const option of command.options) {
    const name = option.name();
    const isKept = env[`npm_config_${name.replaceAll("-", "_")}`] !== undefined && !NPM_SETTINGS.has(name);
    if (!isKept || command.getOptionValueSource(option.attributeName()) === "cli") continue;
    const right = invocation(command.name(), option.flags.replace(/^-\w, /, ""));
    throw new UsageError(`npm kept --${name} for itself. Put -- before the options: ${right}`);
  }
}
