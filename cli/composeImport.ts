import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { formatProblem } from "../common/errors";
import { configProblems } from "./compose/checkConfig";
import { composeHelp, composeOptions, userFolder } from "./compose/commandLine";
import { readCompose } from "./compose/composeFile";
import { findingLine } from "./compose/findings";
import { type Imported, importConfig } from "./compose/importConfig";
import { main } from "./main";
import { type OptionSpec, UsageError } from "./options";
import { projectRoot } from "./session";
import { stackFile } from "./stackConfig";

const COMMAND = "compose:import";
const SUMMARY = "Reads a compose file into the settings of a stack, and names what can't be carried over.";
const OPTIONS: Record<string, OptionSpec> = {
  argument: { type: "string", value: "docker-compose.yml", description: "" },
  write: { type: "boolean", description: "Write Pulumi.<stack>.yaml, which must not exist, instead of stdout." },
};

/** What the import writes where. */
export interface ImportIo {
  /** Folder of Pulumi.yaml. */
  root: string;
  /** Folder that paths of the command line start from. */
  folder: string;
  out(text: string): void;
  err(text: string): void;
}

/**
 * Imports a compose file. The settings go to stdout or to a new file, everything about them to stderr.
 *
 * @returns the exit code: 1 when the settings still need mending
 */
export async function composeImport(argv: string[], io: ImportIo): Promise<number> {
  const { argument, stack: fullName, flags } = composeOptions(COMMAND, argv, OPTIONS);
  if (flags.has("help")) {
    io.out(composeHelp(COMMAND, SUMMARY, OPTIONS));
    return 0;
  }
  if (argument === undefined) throw new UsageError(`Which file? npm run ${COMMAND} -- docker-compose.yml`);
  const stack = fullName.split("/").at(-1) ?? fullName;
  const file = path.resolve(io.folder, argument);
  const compose = readCompose(readText(file, argument), argument);
  const folder = path.dirname(file);
  const imported = importConfig(compose, {
    folder,
    root: io.root,
    stack,
    project: typeof compose.top.name === "string" ? compose.top.name : projectName(folder),
    namesInFile: (name) => variableNames(path.resolve(folder, name)),
  });
  const text = `# Imported from ${path.basename(file)} by npm run ${COMMAND}.\n${stringify({ config: imported.config }, { lineWidth: 0 })}`;
  if (flags.has("write")) io.err(`Wrote ${await writeNew(io.root, stack, text)}.\n`);
  else io.out(text);
  io.err(report(imported, fullName));
  const problems = configProblems(imported, io.root);
  if (problems.length === 0) return 0;
  io.err(`To mend before \`up\`:\n${problems.map(formatProblem).join("\n")}\n`);
  return 1;
}

function readText(file: string, argument: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new UsageError(`There is no file ${argument} that can be read.`);
  }
}

/** Names of the variables in an env file. The values may be secrets, and stay there. */
function variableNames(file: string): string[] | undefined {
  try {
    return [...readFileSync(file, "utf8").matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=/gm)].map(
      ([, name = ""]) => name,
    );
  } catch {
    return undefined;
  }
}

/** The name that compose gives to a project by its folder. */
const projectName = (folder: string): string =>
  path
    .basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");

async function writeNew(root: string, stack: string, text: string): Promise<string> {
  const existing = await stackFile(root, stack);
  if (existing) {
    const fix = `npm run ${COMMAND} -- FILE --stack ANOTHER --write`;
    throw new UsageError(`${path.basename(existing)} is there already, and is not overwritten.\n  fix: ${fix}`);
  }
  const name = `Pulumi.${stack}.yaml`;
  writeFileSync(path.join(root, name), `# yaml-language-server: $schema=${schemaOf(root)}\n${text}`, { flag: "wx" });
  return name;
}

/** Where a project has the schema by which editors complete its stack files. */
const schemaOf = (root: string): string =>
  existsSync(path.join(root, SCHEMA)) ? SCHEMA : `node_modules/pulumi-mcp-deploy/${SCHEMA}`;

const SCHEMA = "config.schema.json";

/** What people have to know of an import. */
function report({ findings, secrets }: Imported, stack: string): string {
  const lines: string[] = [];
  if (findings.length > 0) {
    lines.push("Not carried over as it was:", ...findings.map((finding) => `  ${findingLine(finding)}`));
  }
  if (secrets.length > 0) {
    const set = (name: string) => `  npm run pulumi -- config set --secret --path mcp:secrets.${name} --stack ${stack}`;
    lines.push(
      `Secrets to set; each command asks for the value (a new stack first needs: npm run pulumi -- stack init ${stack}):`,
      ...secrets.map(set),
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}

if (require.main === module) {
  main(() =>
    composeImport(process.argv.slice(2), {
      root: projectRoot(),
      folder: userFolder(),
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
    }),
  );
}
