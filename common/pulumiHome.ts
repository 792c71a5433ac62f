import { homedir, userInfo } from "node:os";
import path from "node:path";

/**
 * Pulumi's own folder: credentials, plugins. The engine asks the system for the user's home, whatever HOME says.
 * Source: GetPulumiHomeDir in sdk/go/common/workspace/paths.go of pulumi/pulumi.
 */
export const pulumiHome = (env: NodeJS.ProcessEnv = process.env): string =>
  env.PULUMI_HOME || path.join(systemHome(), ".pulumi");

/** The home that the system knows of the user. */
export function systemHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    return homedir(); // A user without an entry, as containers have.
  }
}
