import { envWith, headersWith, type Placeholder, unlessEmpty } from "./endpoint";
import { Client, type ClientFormat, inFolder, pathOf } from "./format";

const placeholder: Placeholder = (secret) => `\${env:${secret}}`;

/**
 * Cursor, in the global mcp.json. Variables are read from the environment that Cursor was started in.
 *
 * Source: cursor.com/docs/mcp (locations, `url`, and `${env:NAME}` in command, args, env, url and headers).
 */
export const cursor: ClientFormat = {
  id: Client.Cursor,
  title: "Cursor",
  kind: "jsonc",
  serversPath: ["mcpServers"],
  where: "~/.cursor/mcp.json for yourself, or .cursor/mcp.json in a project",
  location: (host) => inFolder(host, pathOf(host).join(host.home, ".cursor"), "mcp.json"),
  entry: (endpoint) =>
    endpoint.transport === "stdio"
      ? { command: endpoint.command, args: endpoint.args, ...unlessEmpty("env", envWith(endpoint, placeholder)) }
      : { url: endpoint.url, ...unlessEmpty("headers", headersWith(endpoint, placeholder)) },
};
