import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { systemHome } from "../common/pulumiHome";
import { ensurePassphrase } from "./passphrase";
import { type UserPaths, userPaths } from "./paths";

/** Where a stack's state lives, and what the engine needs to reach it. */
export interface Backend {
  /** Whether it is the project's own folder on this machine, rather than one that the user chose. */
  own: boolean;
  /** For people: a path or a URL. */
  location: string;
  /** The state's folder, for the project's own backend and for `file://` ones. */
  folder?: string;
  /** Variables for the engine. */
  env: Record<string, string>;
  /** True when the folder was made just now. */
  created: boolean;
}

export interface BackendOptions {
  env?: NodeJS.ProcessEnv;
  paths?: UserPaths;
  /** `backend.url` of Pulumi.yaml. */
  projectBackend?: string | undefined;
  home?: string;
}

/**
 * Chooses the backend as the engine would: PULUMI_BACKEND_URL, then `backend.url` of Pulumi.yaml, then where the user
 * is logged in. Only where none of these says anything, a folder of the user's with a generated passphrase.
 */
export async function chooseBackend(options: BackendOptions = {}): Promise<Backend> {
  const { env = process.env, paths = userPaths(), home = systemHome() } = options;
  const chosen = env.PULUMI_BACKEND_URL || options.projectBackend || (await loggedInBackend(env, home));
  if (chosen) {
    return {
      own: false,
      location: withoutPassword(chosen),
      folder: localFolder(chosen, home),
      env: {},
      created: false,
    };
  }
  const folder = join(paths.data, "state");
  const created = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
  const backend = { own: true, location: folder, folder, created };
  const url = pathToFileURL(folder).href;
  if (env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE) {
    return { ...backend, env: { PULUMI_BACKEND_URL: url } };
  }
  const file = await ensurePassphrase(join(paths.config, "passphrase"), await hasStacks(folder));
  return { ...backend, env: { PULUMI_BACKEND_URL: url, PULUMI_CONFIG_PASSPHRASE_FILE: file } };
}

/** The backend of `pulumi login`, from the file that it writes. */
async function loggedInBackend(env: NodeJS.ProcessEnv, home: string): Promise<string | undefined> {
  const file = join(env.PULUMI_HOME || join(home, ".pulumi"), "credentials.json");
  try {
    const { current } = JSON.parse(await readFile(file, "utf8"));
    return typeof current === "string" && current !== "" ? current : undefined;
  } catch {
    // No such file, or not one of Pulumi's: not logged in. The engine itself complains about a broken one.
    return undefined;
  }
}

/** The folder behind a `file://` URL; undefined for anything else. */
function localFolder(url: string, home: string): string | undefined {
  if (!url.startsWith("file://")) return undefined;
  const path = decodeURIComponent(url.slice("file://".length).split("?")[0] ?? "");
  if (path === "~" || path.startsWith("~/")) return join(home, path.slice(1));
  // Pulumi takes `file://./folder` as relative to the working folder, as URLs do not.
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@]+@/, "//");
}

/** Whether a state folder holds a stack of any project. */
async function hasStacks(folder: string): Promise<boolean> {
  const entries = await readdir(join(folder, ".pulumi", "stacks"), { recursive: true }).catch(() => []);
  return entries.some((name) => name.endsWith(".json"));
}
