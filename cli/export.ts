import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Command } from "@commander-js/extra-typings";
import { onStack, READING, withStack } from "./cli";
import { type Exported, exportFile, IS_OURS } from "./compose/exportFile";
import { findingLine } from "./compose/findings";
import { UsageError } from "./errors";
import { userFolder } from "./project";
import { isStackMissing, StackMissingError } from "./session";

export const define = (command: Command) =>
  withStack(command, "dev")
    .description(
      "Writes the containers of a stack as a compose file, from the stack's state. Secrets stand in it as variables.",
    )
    .option("--file <compose.yaml>", "write this file instead of stdout")
    .action(({ stack, file }) =>
      onStack(
        { stack },
        async ({ open }) => {
          const session = await open({ say: (line) => void process.stderr.write(`${line}\n`) });
          const state = await session
            .pulumi(["stack", "export", "--show-secrets", "--stack", session.name])
            .catch((error: unknown) => {
              throw isStackMissing(error) ? new StackMissingError(stack, session.backend.location) : error;
            });
          exportState(state, stack, file);
          return 0;
        },
        READING,
      ),
    );

/**
 * Exports a stack. The file goes to stdout or to a file, everything about it to stderr.
 * @param state what `pulumi stack export --show-secrets` prints
 */
export function exportState(state: string, stack: string, file?: string): void {
  const exported = exportFile(state, stack.split("/").at(-1) ?? stack);
  if (exported === undefined) {
    throw new UsageError(`The stack ${stack} has no containers.\n  fix: name one with the target docker: --stack NAME`);
  }
  if (file === undefined) process.stdout.write(exported.text);
  else {
    write(path.resolve(userFolder(), file), exported.text);
    process.stderr.write(`Wrote ${file}.\n`);
  }
  process.stderr.write(report(exported));
}

/** Writes the file, over an older export but over nothing else. */
function write(file: string, text: string): void {
  if (existsSync(file) && !IS_OURS.test(readFileSync(file, "utf8"))) {
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
