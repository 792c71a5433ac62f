import { helpText, type OptionSpec, type Options, parseOptions, SHARED, UsageError } from "../options";

/** What was given on the command line of an import or an export. */
export interface ComposeOptions extends Options {
  /** The one argument without a dash. */
  argument?: string;
  /** The value of --file. */
  file?: string;
}

const STACK: OptionSpec = { ...SHARED.stack, description: "The stack. Defaults to dev." };

/**
 * Reads a command line as the other commands do, and beyond them one argument and `--file`.
 *
 * @throws UsageError
 */
export function composeOptions(
  command: string,
  argv: string[],
  own: Record<string, OptionSpec>,
  env: NodeJS.ProcessEnv = process.env,
): ComposeOptions {
  let argument: string | undefined;
  const rest: string[] = [];
  for (const [at, given] of argv.entries()) {
    if (own.argument && !given.startsWith("-") && !/^(--stack|-s|--file)$/.test(argv[at - 1] ?? "")) {
      if (argument !== undefined) throw new UsageError(`One file at a time: ${argument} or ${given}.`);
      argument = given;
    } else {
      rest.push(given);
    }
  }
  const specs = { stack: STACK, help: SHARED.help, ...withoutArgument(own) };
  const options = parseOptions(command, rest, specs, env);
  const file = options.values.file?.at(-1);
  // npm takes options before `--` for its own and drops them.
  for (const [name, { type }] of Object.entries(withoutArgument(own))) {
    if (type !== "boolean" || env[`npm_config_${name}`] === undefined || options.flags.has(name)) continue;
    throw new UsageError(`npm kept --${name} for itself. Put -- before the options: npm run ${command} -- --${name}`);
  }
  const isNamed = rest.some((given) => /^(--stack|-s)/.test(given));
  const stack = isNamed ? options.stack : "dev";
  return { ...options, stack, ...(argument !== undefined && { argument }), ...(file !== undefined && { file }) };
}

/** The text of --help. */
export function composeHelp(command: string, summary: string, own: Record<string, OptionSpec>): string {
  const text = helpText(command, summary, { stack: STACK, ...withoutArgument(own), help: SHARED.help });
  return own.argument ? text.replace("[options]", `${own.argument.value} [options]`) : text;
}

function withoutArgument({ argument: _, ...options }: Record<string, OptionSpec>): Record<string, OptionSpec> {
  return options;
}

/** A path as the user gave it, from the folder that they ran npm in: npm itself moves to the project's. */
export const userFolder = (): string => process.env.INIT_CWD ?? process.cwd();
