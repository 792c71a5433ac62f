import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { composeHelp, composeOptions, userFolder } from "./compose/commandLine";
import { type Exported, exportFile, HEADER } from "./compose/exportFile";
import { findingLine } from "./compose/findings";
import { main } from "./main";
import { type OptionSpec, UsageError } from "./options";
import { isStackMissing, openSession, StackMissingError } from "./session";

const COMMAND = "compose:export";
const SUMMARY =
  "Writes the containers of a stack as a compose file, from the stack's state. Secrets stand in it as variables.";
const OPTIONS: Record<string, OptionSpec> = {
  file: { type: "string", value: "compose.yaml", description: "Write this file instead of stdout." },
};

/** What the export reads and writes. */
export interface ExportIo {
  /** The state of a stack with its secrets, as `pulumi stack export --show-secrets` prints it. */
  state(stack: string): Promise<string>;
  /** Folder that paths of the command line start from. */
  folder: string;
  out(text: string): void;
  err(text: string): void;
}

/** Exports a stack. The file goes to stdout or to --file, everything about it to stderr. Returns the exit code. */
export async function composeExport(argv: string[], io: ExportIo): Promise<number> {
  const { stack, file, flags } = composeOptions(COMMAND, argv, OPTIONS);
  if (flags.has("help")) {
    io.out(composeHelp(COMMAND, SUMMARY, OPTIONS));
    return 0;
  }
  const exported = exportFile(await io.state(stack), stack.split("/").at(-1) ?? stack);
  if (exported === undefined) {
    throw new UsageError(`The stack ${stack} has no containers.\n  fix: name one with the target docker: --stack NAME`);
  }
  if (file === undefined) io.out(exported.text);
  else {
    write(path.resolve(io.folder, file), exported.text);
    io.err(`Wrote ${file}.\n`);
  }
  io.err(report(exported));
  return 0;
}

/** Writes the file, over an older export but over nothing else. */
function write(file: string, text: string): void {
  if (existsSync(file) && !readFileSync(file, "utf8").startsWith(HEADER)) {
    const name = path.basename(file);
    throw new UsageError(
      `${name} is there already and no export of ours: it is not overwritten.\n  fix: another --file`,
    );
  }
  writeFileSync(file, text);
}

function report({ findings, variables }: Exported): string {
  const lines: string[] = [];
  if (findings.length > 0) lines.push("Not written:", ...findings.map((finding) => `  ${findingLine(finding)}`));
  if (variables.size > 0) {
    lines.push("Variables to set for compose, in the environment or in .env:");
    lines.push(...[...variables].map(([name, service]) => `  ${name.padEnd(24)} for ${service}`).sort());
  }
  return lines.map((line) => `${line}\n`).join("");
}

if (require.main === module) {
  main(() =>
    composeExport(process.argv.slice(2), {
      async state(stack) {
        const session = await openSession({ stack, say: (line) => process.stderr.write(`${line}\n`) });
        return session
          .pulumi(["stack", "export", "--show-secrets", "--stack", session.name])
          .catch((error: unknown) => {
            throw isStackMissing(error) ? new StackMissingError(stack, session.backend.location) : error;
          });
      },
      folder: userFolder(),
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
    }),
  );
}
