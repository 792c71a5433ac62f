import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Endpoint, JsonObject } from "./endpoint";

/** The MCP clients whose configuration this package writes. */
export const Client = {
  ClaudeDesktop: "claudeDesktop",
  ClaudeCode: "claudeCode",
  VsCode: "vscode",
  Cursor: "cursor",
  Windsurf: "windsurf",
  Gemini: "gemini",
  Codex: "codex",
} as const;
export type Client = (typeof Client)[keyof typeof Client];

/** The machine whose files are meant. A parameter, so that each system's paths can be tested on any other. */
export interface Host {
  platform: NodeJS.Platform;
  /** The user's home folder. */
  home: string;
  env: Record<string, string | undefined>;
  /** The names in a folder, none when it does not exist. */
  list: (folder: string) => string[];
}

/** Where a client keeps its user-level servers. */
export interface Location {
  file: string;
  /** Files or folders of the client itself. One of them existing shows that the client is installed. */
  presence: string[];
}

/** Elements of a top-level array that an entry needs beside itself, such as the inputs of VS Code. */
export interface Companions {
  /** Key of the array at the top of the file. */
  key: string;
  /** The elements, each told apart by its `id`. */
  items: (JsonObject & { id: string })[];
  /** How an entry refers to an element. One that is still referred to stays when the entry goes. */
  reference: (id: string) => string;
}

/** How one client is configured. */
export interface ClientFormat {
  id: Client;
  /** The client's own name. */
  title: string;
  /** "json" is strict; "jsonc" knows comments and trailing commas. */
  kind: "json" | "jsonc" | "toml";
  /** Keys that lead to the map from server name to entry. */
  serversPath: string[];
  /** Where a user finds the file, in words that hold on every system. */
  where: string;
  /** Where the file lives on a machine. */
  location: (host: Host) => Location;
  /** The entry that connects the client to a server. */
  entry: (endpoint: Endpoint, name: string) => JsonObject;
  /** What the file must hold beside the entry. */
  companions?: (entry: JsonObject, name: string) => Companions;
}

/** The machine this process runs on. */
export function currentHost(): Host {
  return { platform: process.platform, home: os.homedir(), env: process.env, list };
}

/** The path functions of a host's system. */
export function pathOf(host: Host): path.PlatformPath {
  return host.platform === "win32" ? path.win32 : path.posix;
}

/** Where desktop applications keep their data: %APPDATA%, ~/Library/Application Support, or XDG_CONFIG_HOME. */
export function applicationData(host: Host): string {
  const { join } = pathOf(host);
  if (host.platform === "win32") return host.env.APPDATA || join(host.home, "AppData", "Roaming");
  if (host.platform === "darwin") return join(host.home, "Library", "Application Support");
  return host.env.XDG_CONFIG_HOME || join(host.home, ".config");
}

/** A file in a folder that belongs to the client alone, so that the folder shows whether the client is there. */
export function inFolder(host: Host, folder: string, file: string): Location {
  return { file: pathOf(host).join(folder, file), presence: [folder] };
}

function list(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}
