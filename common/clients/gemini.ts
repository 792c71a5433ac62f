import { envWith, headersWith, type Placeholder, unlessEmpty } from "./endpoint";
import { Client, type ClientFormat, inFolder, pathOf } from "./format";

const placeholder: Placeholder = (secret) => `\${${secret}}`;

/**
 * Gemini CLI, in the user's settings.json. `httpUrl` means Streamable HTTP; `url` would mean SSE.
 *
 * Sources: google-gemini/gemini-cli docs/tools/mcp-server.md (`httpUrl`, `headers`, `env`) and docs/cli/configuration.md
 * (`$VAR` and `${VAR}` in every string, comments in the file); packages/core/src/utils/paths.ts (GEMINI_CLI_HOME stands
 * for the home folder).
 */
export const gemini: ClientFormat = {
  id: Client.Gemini,
  title: "Gemini CLI",
  kind: "jsonc",
  serversPath: ["mcpServers"],
  where: "~/.gemini/settings.json for yourself, or .gemini/settings.json in a project",
  location: (host) => {
    const home = host.env.GEMINI_CLI_HOME || host.home;
    return inFolder(host, pathOf(host).join(home, ".gemini"), "settings.json");
  },
  entry: (endpoint) =>
    endpoint.transport === "stdio"
      ? { command: endpoint.command, args: endpoint.args, ...unlessEmpty("env", envWith(endpoint, placeholder)) }
      : { httpUrl: endpoint.url, ...unlessEmpty("headers", headersWith(endpoint, placeholder)) },
};
