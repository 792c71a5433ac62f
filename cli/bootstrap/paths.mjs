import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The per-user cache folder. The same place as `cli/paths.ts` gets from the package env-paths, which is not
 * installed yet when this runs; a unit test holds the two together.
 */
export function userCache(env = process.env, platform = process.platform, home = homedir()) {
  const name = "pulumi-mcp-deploy";
  if (platform === "darwin") return join(home, "Library", "Caches", name);
  if (platform === "win32") return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), name, "Cache");
  return join(env.XDG_CACHE_HOME || join(home, ".cache"), name);
}
