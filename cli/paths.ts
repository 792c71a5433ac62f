import { join } from "node:path";

import envPaths = require("env-paths");

/** Where this project keeps things of the user, outside any clone. Follows XDG and its counterparts. */
export interface UserPaths {
  /** What can be had again: engines, Node, compile cache. */
  cache: string;
  /** What must not be lost: the state of the local backend. */
  data: string;
  /** Settings: the generated passphrase. */
  config: string;
}

/** The user's folders. Environment variables are read once, when this module's dependency loads. */
export function userPaths(): UserPaths {
  const { cache, data, config } = envPaths("pulumi-mcp-deploy", { suffix: "" });
  return { cache, data, config };
}

/** The folder of an engine: its binaries are in `bin` below. */
export function engineRoot(paths: UserPaths, version: string): string {
  return join(paths.cache, "engine", version);
}
