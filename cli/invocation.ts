/**
 * A command as this user gives it, for messages: through npm for whoever came by cli/bootstrap.mjs, whose machine may have
 * no other Node that will do; by npx in every other project.
 * @param rest its arguments and options
 */
export function invocation(command: string, rest = ""): string {
  const isNpm = process.env.npm_lifecycle_script?.includes("cli/bootstrap.mjs");
  const words = isNpm ? ["npm run", command, rest && "--", rest] : ["npx mcp-deploy", command, rest];
  return words.filter(Boolean).join(" ");
}

/** What brings back what is gone, on the user's own stack. */
export const mendCommands = (): string => `${invocation("refresh")}, then ${invocation("up")}`;

/** What names a stack on a command line; nothing for the one that is meant without. */
export const stackOption = (stack: string, meant = "local"): string => (stack === meant ? "" : `--stack ${stack}`);
