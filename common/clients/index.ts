import { claudeCode } from "./claudeCode";
import { claudeDesktop } from "./claudeDesktop";
import { codex } from "./codex";
import { cursor } from "./cursor";
import type { Endpoint, JsonObject } from "./endpoint";
import { Client, type ClientFormat } from "./format";
import { gemini } from "./gemini";
import { renderBlock } from "./tomlBlock";
import { vscode } from "./vscode";
import { windsurf } from "./windsurf";

export type { Endpoint, HttpEndpoint, JsonObject, JsonValue, StdioEndpoint } from "./endpoint";
export { Client, type ClientFormat } from "./format";

/** How each client is configured. */
export const clientFormats: Record<Client, ClientFormat> = {
  claudeDesktop,
  claudeCode,
  vscode,
  cursor,
  windsurf,
  gemini,
  codex,
};

/** Every client, in the order in which they are shown. */
export const clientIds: Client[] = Object.values(Client);

/** What a user needs to connect one client by hand. */
export interface ClientConfig {
  /** Which file, in words that hold on every system. */
  where: string;
  /** What to paste there: an object for the clients with JSON, the text itself for those with TOML. */
  snippet: JsonObject | string;
}

/**
 * The configuration of every client for one server. It depends on nothing but its arguments: what `clients` prints is the
 * same on each machine.
 */
export function clientConfigs(name: string, endpoint: Endpoint): Record<Client, ClientConfig> {
  const config = (client: Client): ClientConfig => {
    const format = clientFormats[client];
    return { where: format.where, snippet: snippet(format, name, format.entry(endpoint, name)) };
  };
  return {
    claudeDesktop: config("claudeDesktop"),
    claudeCode: config("claudeCode"),
    vscode: config("vscode"),
    cursor: config("cursor"),
    windsurf: config("windsurf"),
    gemini: config("gemini"),
    codex: config("codex"),
  };
}

/** A snippet as text, ready to paste into the client's file. */
export function snippetText({ snippet }: ClientConfig): string {
  return typeof snippet === "string" ? snippet : `${JSON.stringify(snippet, null, 2)}\n`;
}

function snippet(format: ClientFormat, name: string, entry: JsonObject): JsonObject | string {
  if (format.kind === "toml") return `${renderBlock(format.serversPath, name, entry)}\n`;
  const servers = format.serversPath.reduceRight<JsonObject>((inner, key) => ({ [key]: inner }), { [name]: entry });
  const beside = format.companions?.(entry, name);
  return beside && beside.items.length > 0 ? { ...servers, [beside.key]: beside.items } : servers;
}
