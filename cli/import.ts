import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Command } from "@commander-js/extra-typings";
import { stringify } from "yaml";
import { formatProblem } from "../common/errors";
import { withStack } from "./cli";
import { configProblems } from "./compose/checkConfig";
import { readCompose } from "./compose/composeFile";
import { findingLine } from "./compose/findings";
import { type Imported, importConfig } from "./compose/importConfig";
import { UsageError } from "./errors";
import { invocation } from "./invocation";
import { projectRoot, userFolder } from "./project";
import { stackFile } from "./stackConfig";

export const define = (command: Command) =>
  withStack(command, "dev")
    .description(
      "Reads a compose file into the settings of a stack, and names what can't be carried over. The exit code is 1 when the " +
        "settings still need mending.",
    )
    .argument("<file>", "the compose file")
    .option("--write", "write Pulumi.<stack>.yaml, which must not exist, instead of stdout")
    .action(async (file, { stack, write = false }) => {
      process.exitCode = await importFile(projectRoot(), file, stack, write);
    });

/** Imports a compose file. The settings go to stdout or to a new file, everything about them to stderr. */
async function importFile(root: string, name: string, fullName: string, write: boolean): Promise<number> {
  const say = (text: string) => void process.stderr.write(text);
  const stack = fullName.split("/").at(-1) ?? fullName;
  const file = path.resolve(userFolder(), name);
  const folder = path.dirname(file);
  const compose = readCompose(readText(file, name), name);
  const imported = importConfig(compose, {
    folder,
    root,
    stack,
    project: typeof compose.top.name === "string" ? compose.top.name : projectName(folder),
    namesInFile: (envFile) => variableNames(path.resolve(folder, envFile)),
  });
  const settings = stringify({ config: imported.config }, { lineWidth: 0 });
  const text = `# Imported from ${path.basename(file)} by mcp-deploy import.\n${settings}`;
  if (write) say(`Wrote ${await writeNew(root, stack, text)}.\n`);
  else process.stdout.write(text);
  say(report(imported, fullName));
  const problems = configProblems(imported, root);
  if (problems.length === 0) return 0;
  say(`To mend before \`up\`:\n${problems.map(formatProblem).join("\n")}\n`);
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
    const fix = invocation("import", "FILE --stack ANOTHER --write");
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
    const set = (name: string) =>
      `  ${invocation("pulumi", `config set --secret --path mcp:secrets.${name} --stack ${stack}`)}`;
    const init = invocation("pulumi", `stack init ${stack}`);
    lines.push(
      `Secrets to set; each command asks for the value (a new stack first needs: ${init}):`,
      ...secrets.map(set),
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}
