import { access, constants, mkdir } from "node:fs/promises";
import path from "node:path";
import envPaths from "env-paths";

const base = () => envPaths("pulumi-mcp-deploy", { suffix: "" });

/** Folder of dependency environments, shared by all stacks of the user. It may be deleted at any time: the next `up` fills it again. */
export const environmentsFolder = (): string => path.join(base().cache, "environments");

/** Folder of all deployed servers of the user. */
export const serversFolder = (): string => path.join(base().data, "servers");

/** Folder of one deployed server: its releases, logs and run state. `pulumi destroy` removes it whole. */
export const serverFolder = (instance: string): string => path.join(serversFolder(), instance);

/**
 * Makes a private folder that can be written.
 * @throws Error that says what to do when that is impossible
 */
export async function makeFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK | constants.X_OK);
    return folder;
  } catch (error) {
    const reason = (error as Error).message;
    throw new Error(
      `The folder ${folder} can't be written (${reason}). ` +
        "Make it writable, or choose other places with the environment variables XDG_CACHE_HOME and XDG_DATA_HOME.",
    );
  }
}

/** Whether there is a file or folder, reached through links or not. */
export const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
