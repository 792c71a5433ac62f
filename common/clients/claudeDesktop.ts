import { type Endpoint, envWith, headersWith, type JsonObject, readablePlaceholder, unlessEmpty } from "./endpoint";
import { applicationData, Client, type ClientFormat, type Host, inFolder, type Location, pathOf } from "./format";

/**
 * Claude Desktop. Its file takes commands only, so a URL goes through `npx mcp-remote`. It expands no variables: a
 * secret is a text such as `<API_KEY>` that the user replaces.
 *
 * Sources: modelcontextprotocol.io "Connect to local MCP servers" (file and format); the README of mcp-remote
 * (`--header Name:${VAR}` without a space, values with spaces in `env`, `--allow-http` for plain HTTP off the local
 * host); anthropics/claude-code issue 26073 (the Windows package reads its own copy of AppData). There is no official
 * Linux build; the community ones use Electron's folder under XDG_CONFIG_HOME.
 */
export const claudeDesktop: ClientFormat = {
  id: Client.ClaudeDesktop,
  title: "Claude Desktop",
  kind: "json",
  serversPath: ["mcpServers"],
  where: "claude_desktop_config.json: Settings > Developer > Edit Config",
  location,
  entry: (endpoint) => (endpoint.transport === "stdio" ? command(endpoint) : bridge(endpoint)),
};

function command(endpoint: Extract<Endpoint, { transport: "stdio" }>): JsonObject {
  const env = envWith(endpoint, readablePlaceholder);
  return { command: endpoint.command, args: endpoint.args, ...unlessEmpty("env", env) };
}

/** mcp-remote splits arguments at spaces on some systems and expands `${VAR}` itself: values that need it go in `env`. */
function bridge(endpoint: Extract<Endpoint, { transport: "http" }>): JsonObject {
  const args = ["-y", "mcp-remote", endpoint.url];
  const env: Record<string, string> = {};
  const asWritten = endpoint.headers ?? {};
  for (const [header, value] of Object.entries(headersWith(endpoint, readablePlaceholder))) {
    if (value === asWritten[header] && !/[\s$]/.test(value)) {
      args.push("--header", `${header}:${value}`);
    } else {
      const variable = `${header.toUpperCase().replace(/[^A-Z0-9]/g, "_")}_HEADER`;
      env[variable] = value;
      args.push("--header", `${header}:\${${variable}}`);
    }
  }
  if (needsAllowHttp(endpoint.url)) args.push("--allow-http");
  return { command: "npx", args, ...unlessEmpty("env", env) };
}

function needsAllowHttp(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? { protocol: "", hostname: "" };
  return protocol === "http:" && hostname !== "localhost" && hostname !== "127.0.0.1";
}

function location(host: Host): Location {
  const { join } = pathOf(host);
  const file = "claude_desktop_config.json";
  if (host.platform === "win32") {
    const packages = join(host.env.LOCALAPPDATA || join(host.home, "AppData", "Local"), "Packages");
    const installed = host.list(packages).find((name) => /^Claude_[a-z0-9]+$/i.test(name));
    if (installed) {
      const folder = join(packages, installed);
      return { file: join(folder, "LocalCache", "Roaming", "Claude", file), presence: [folder] };
    }
  }
  return inFolder(host, join(applicationData(host), "Claude"), file);
}
