import { type Endpoint, headersWith, type JsonObject, readablePlaceholder, secretsIn, unlessEmpty } from "./endpoint";
import { Client, type ClientFormat, inFolder, pathOf } from "./format";

/**
 * Codex (command line, IDE extension and desktop app share the file). It expands no variables but forwards them:
 * `env_vars` to a command, `bearer_token_env_var` and `env_http_headers` to a URL. A header that holds more than the
 * secret, other than "Bearer", can't be had from a variable: there the user replaces a text such as `<API_KEY>`.
 *
 * Source: developers.openai.com/codex/mcp and config-reference (keys; `bearer_token` in clear is refused), openai/codex
 * (CODEX_HOME; server names of letters, digits, - and _).
 */
export const codex: ClientFormat = {
  id: Client.Codex,
  title: "Codex",
  kind: "toml",
  serversPath: ["mcp_servers"],
  where: "~/.codex/config.toml",
  location: (host) => {
    return inFolder(host, host.env.CODEX_HOME || pathOf(host).join(host.home, ".codex"), "config.toml");
  },
  entry: (endpoint) => (endpoint.transport === "stdio" ? command(endpoint) : remote(endpoint)),
};

function command(endpoint: Extract<Endpoint, { transport: "stdio" }>): JsonObject {
  const env = Object.entries(endpoint.env).filter(([name]) => !endpoint.secretNames.includes(name));
  return {
    command: endpoint.command,
    args: endpoint.args,
    ...unlessEmpty("env_vars", endpoint.secretNames),
    ...unlessEmpty("env", Object.fromEntries(env)),
  };
}

function remote(endpoint: Extract<Endpoint, { transport: "http" }>): JsonObject {
  const bearer: JsonObject = {};
  const fixed: Record<string, string> = {};
  const fromEnv: Record<string, string> = {};
  const readable = headersWith(endpoint, readablePlaceholder);
  for (const [header, value] of Object.entries(endpoint.headers ?? {})) {
    const [secret = ""] = secretsIn(value, endpoint.secretNames);
    const reference = `\${${secret}}`;
    if (secret && header.toLowerCase() === "authorization" && value === `Bearer ${reference}`) {
      bearer.bearer_token_env_var = secret;
    } else if (secret && value === reference) fromEnv[header] = secret;
    else fixed[header] = readable[header] ?? value;
  }
  return {
    url: endpoint.url,
    ...bearer,
    ...unlessEmpty("http_headers", fixed),
    ...unlessEmpty("env_http_headers", fromEnv),
  };
}
