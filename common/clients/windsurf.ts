import { envWith, headersWith, type Placeholder, unlessEmpty } from "./endpoint";
import { Client, type ClientFormat, inFolder, pathOf } from "./format";

const placeholder: Placeholder = (secret) => `\${env:${secret}}`;

/**
 * Windsurf. Since June 2026 the editor is called Devin Desktop and reads ~/.config/devin/mcp_config.json with the key
 * `url`; docs/clients.md says how to serve it.
 *
 * Source: docs.windsurf.com/windsurf/cascade/mcp (file, `serverUrl`, `${env:NAME}` in command, args, env, serverUrl and
 * headers).
 */
export const windsurf: ClientFormat = {
  id: Client.Windsurf,
  title: "Windsurf",
  kind: "jsonc",
  serversPath: ["mcpServers"],
  where: "~/.codeium/windsurf/mcp_config.json",
  location: (host) => inFolder(host, pathOf(host).join(host.home, ".codeium", "windsurf"), "mcp_config.json"),
  entry: (endpoint) =>
    endpoint.transport === "stdio"
      ? { command: endpoint.command, args: endpoint.args, ...unlessEmpty("env", envWith(endpoint, placeholder)) }
      : { serverUrl: endpoint.url, ...unlessEmpty("headers", headersWith(endpoint, placeholder)) },
};
