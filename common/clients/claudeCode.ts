import { envWith, headersWith, type Placeholder, unlessEmpty } from "./endpoint";
import { Client, type ClientFormat, pathOf } from "./format";

const placeholder: Placeholder = (secret) => `\${${secret}}`;

/**
 * Claude Code, at user scope: `mcpServers` at the top of .claude.json, what `claude mcp add --scope user` writes.
 *
 * Sources: code.claude.com/docs/en/mcp (scopes, `type`, `${VAR}` in command, args, env, url and headers; its own code
 * expands every scope) and /docs/en/settings (CLAUDE_CONFIG_DIR moves the file into that folder). Claude Code guards
 * the file with the lock `.claude.json.lock`, as this package does.
 */
export const claudeCode: ClientFormat = {
  id: Client.ClaudeCode,
  title: "Claude Code",
  kind: "json",
  serversPath: ["mcpServers"],
  where: "~/.claude.json for yourself, or .mcp.json in a project",
  location: (host) => {
    const { join } = pathOf(host);
    const folder = host.env.CLAUDE_CONFIG_DIR;
    if (folder) return { file: join(folder, ".claude.json"), presence: [folder] };
    const file = join(host.home, ".claude.json");
    return { file, presence: [file, join(host.home, ".claude")] };
  },
  entry: (endpoint) =>
    endpoint.transport === "stdio"
      ? {
          type: "stdio",
          command: endpoint.command,
          args: endpoint.args,
          ...unlessEmpty("env", envWith(endpoint, placeholder)),
        }
      : { type: "http", url: endpoint.url, ...unlessEmpty("headers", headersWith(endpoint, placeholder)) },
};
