import { type ParseArgsConfig, parseArgs } from "node:util";
import { closest, distance } from "fastest-levenshtein";

/** An option of a command. */
export interface OptionSpec {
  /** "argument": what stands on the command line by itself, as often as wanted. */
  type: "boolean" | "string" | "argument";
  short?: string;
  /** For --help. */
  description: string;
  /** What stands for the value in --help. */
  value?: string;
}

/** The command line is wrong; the message says what is right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The options that commands share. */
export const SHARED = {
  stack: { type: "string", short: "s", value: "NAME", description: "The stack. Defaults to local." },
  json: { type: "boolean", description: "Print the result as JSON on stdout, and nothing else there." },
  help: { type: "boolean", short: "h", description: "Show this help." },
} as const satisfies Record<string, OptionSpec>;

/** Options by name, as given. */
export interface Options {
  stack: string;
  flags: Set<string>;
  /** Values of the other options that take one, in the order given. */
  values: Record<string, string[]>;
}

/**
 * Reads a command line. An unknown option is refused with the nearest known one.
 *
 * @throws UsageError
 */
export function parseOptions(
  command: string,
  argv: string[],
  specs: Record<string, OptionSpec>,
  env: NodeJS.ProcessEnv = process.env,
): Options {
  const config: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, { type, short }] of optionsOf(specs)) config[name] = short ? { type, short } : { type };
  const [argument] = Object.keys(specs).filter((name) => specs[name]?.type === "argument");
  const { tokens } = parseArgs({ args: argv, options: config, strict: false, allowPositionals: true, tokens: true });
  const options: Options = { stack: "local", flags: new Set(), values: {} };
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (argument === undefined) throw new UsageError(unexpected(command, token.value, "stack" in specs));
      options.values[argument] = [...(options.values[argument] ?? []), token.value];
    }
    if (token.kind !== "option") continue;
    const known = optionsOf(specs);
    const spec = known.find(([name]) => name === token.name)?.[1];
    if (!spec) {
      const names = known.map(([name]) => name);
      throw new UsageError(unknownOption(token.rawName, names, command));
    }
    if (spec.type === "boolean") {
      if (token.value !== undefined) throw new UsageError(`--${token.name} takes no value.`);
      options.flags.add(token.name);
    } else if (!token.value || (!token.inlineValue && /^-./.test(token.value))) {
      throw new UsageError(`--${token.name} needs a value: --${token.name} ${spec.value ?? "VALUE"}`);
    } else if (token.name === "stack") {
      options.stack = token.value;
    } else {
      options.values[token.name] = [...(options.values[token.name] ?? []), token.value];
    }
  }
  // npm takes options before `--` for its own and drops them; `npm run destroy --stack=prod` would destroy `local`.
  if (env.npm_config_stack && !argv.some((arg) => /^(--stack|-s)/.test(arg))) {
    throw new UsageError(`npm kept --stack for itself. Put -- before the options: npm run ${command} -- --stack NAME`);
  }
  for (const [name, { type, value = "VALUE" }] of optionsOf(specs)) {
    if (name === "stack" || NPM_SETTINGS.has(name)) continue;
    if (env[`npm_config_${name.replaceAll("-", "_")}`] === undefined) continue;
    if (options.values[name] || options.flags.has(name)) continue;
    const right = `npm run ${command} -- --${name}${type === "string" ? ` ${value}` : ""}`;
    throw new UsageError(`npm kept --${name} for itself. Put -- before the options: ${right}`);
  }
  return options;
}

/** Options of ours that are settings of npm too, and may be set for npm. */
const NPM_SETTINGS = new Set(["cert", "diff", "help", "json", "yes"]);

type Option = OptionSpec & { type: "boolean" | "string" };

/** The options among the specs: what begins with a dash. */
const optionsOf = (specs: Record<string, OptionSpec>): [string, Option][] =>
  Object.entries(specs).filter((entry): entry is [string, Option] => entry[1].type !== "argument");

function unexpected(command: string, value: string, takesStack: boolean): string {
  const fix = takesStack ? ` A stack is named like this: npm run ${command} -- --stack ${value}` : "";
  return `Unexpected argument ${value}.${fix}`;
}

function unknownOption(given: string, known: string[], command: string): string {
  const nearest = closest(given.replace(/^-+/, ""), known);
  const near = distance(given.replace(/^-+/, ""), nearest) <= 3;
  const hint = near ? `Did you mean --${nearest}?` : `Options: ${known.map((name) => `--${name}`).join(", ")}.`;
  return `Unknown option ${given} of ${command}. ${hint}`;
}

/** The text of --help. */
export function helpText(command: string, summary: string, specs: Record<string, OptionSpec>): string {
  const rows = optionsOf(specs).map(([name, { short, value, description }]) => [
    `  ${short ? `-${short}, ` : "    "}--${name}${value ? ` ${value}` : ""}`,
    description,
  ]);
  const width = Math.max(...rows.map(([left]) => left?.length ?? 0)) + 2;
  const lines = rows.map(([left = "", right = ""]) => left.padEnd(width) + right);
  const argument = Object.values(specs).find(({ type }) => type === "argument");
  const usage = `npm run ${command} -- ${argument ? `[${argument.value} ...] ` : ""}[options]`;
  return [usage, "", summary, "", "Options:", ...lines, ""].join("\n");
}
