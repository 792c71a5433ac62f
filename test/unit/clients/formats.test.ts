// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of the clients look like that
import assert from "node:assert/strict";
import { parse as parseToml } from "smol-toml";
import { type Client, clientConfigs, clientIds, type Endpoint, snippetText } from "../../../common/clients";

const bare: Endpoint = { transport: "stdio", command: "node", args: ["dist/index.js"], env: {}, secretNames: [] };
const full: Endpoint = {
  ...bare,
  env: { REGION: "eu", API_KEY: "must not appear" },
  secretNames: ["API_KEY", "TOKEN"],
};
const open: Endpoint = { transport: "http", url: "http://127.0.0.1:8080/mcp", secretNames: ["SERVER_ONLY"] };
const closed: Endpoint = {
  transport: "http",
  url: "https://weather.example.com/mcp",
  headers: {
    Authorization: "Bearer ${TOKEN}",
    "X-Key": "${API_KEY}",
    "X-Scheme": "Key ${API_KEY}",
    "X-Tenant": "acme",
  },
  secretNames: ["API_KEY", "TOKEN"],
};

const stdioEntry = { command: "node", args: ["dist/index.js"] };
const typedEntry = { type: "stdio", ...stdioEntry };

/** The headers with every secret in a client's own syntax. */
function headers(token: string, key: string): object {
  return { Authorization: `Bearer ${token}`, "X-Key": key, "X-Scheme": `Key ${key}`, "X-Tenant": "acme" };
}

/** An input of VS Code. */
function input(secret: string): object {
  const description = `${secret} of the MCP server weather`;
  return { type: "promptString", id: `weather-${secret}`, description, password: true };
}

const expected: Record<Client, { bare: unknown; full: unknown; open: unknown; closed: unknown }> = {
  claudeDesktop: {
    bare: { mcpServers: { weather: stdioEntry } },
    full: {
      mcpServers: { weather: { ...stdioEntry, env: { REGION: "eu", API_KEY: "<API_KEY>", TOKEN: "<TOKEN>" } } },
    },
    open: {
      mcpServers: { weather: { command: "npx", args: ["-y", "mcp-remote", "http://127.0.0.1:8080/mcp"] } },
    },
    closed: {
      mcpServers: {
        weather: {
          command: "npx",
          args: [
            "-y",
            "mcp-remote",
            "https://weather.example.com/mcp",
            "--header",
            "Authorization:${AUTHORIZATION_HEADER}",
            "--header",
            "X-Key:${X_KEY_HEADER}",
            "--header",
            "X-Scheme:${X_SCHEME_HEADER}",
            "--header",
            "X-Tenant:acme",
          ],
          env: { AUTHORIZATION_HEADER: "Bearer <TOKEN>", X_KEY_HEADER: "<API_KEY>", X_SCHEME_HEADER: "Key <API_KEY>" },
        },
      },
    },
  },
  claudeCode: {
    bare: { mcpServers: { weather: typedEntry } },
    full: {
      mcpServers: { weather: { ...typedEntry, env: { REGION: "eu", API_KEY: "${API_KEY}", TOKEN: "${TOKEN}" } } },
    },
    open: { mcpServers: { weather: { type: "http", url: "http://127.0.0.1:8080/mcp" } } },
    closed: {
      mcpServers: {
        weather: { type: "http", url: "https://weather.example.com/mcp", headers: headers("${TOKEN}", "${API_KEY}") },
      },
    },
  },
  vscode: {
    bare: { servers: { weather: typedEntry } },
    full: {
      servers: {
        weather: {
          ...typedEntry,
          env: { REGION: "eu", API_KEY: "${input:weather-API_KEY}", TOKEN: "${input:weather-TOKEN}" },
        },
      },
      inputs: [input("API_KEY"), input("TOKEN")],
    },
    open: { servers: { weather: { type: "http", url: "http://127.0.0.1:8080/mcp" } } },
    closed: {
      servers: {
        weather: {
          type: "http",
          url: "https://weather.example.com/mcp",
          headers: headers("${input:weather-TOKEN}", "${input:weather-API_KEY}"),
        },
      },
      inputs: [input("TOKEN"), input("API_KEY")],
    },
  },
  cursor: {
    bare: { mcpServers: { weather: stdioEntry } },
    full: {
      mcpServers: {
        weather: { ...stdioEntry, env: { REGION: "eu", API_KEY: "${env:API_KEY}", TOKEN: "${env:TOKEN}" } },
      },
    },
    open: { mcpServers: { weather: { url: "http://127.0.0.1:8080/mcp" } } },
    closed: {
      mcpServers: {
        weather: { url: "https://weather.example.com/mcp", headers: headers("${env:TOKEN}", "${env:API_KEY}") },
      },
    },
  },
  windsurf: {
    bare: { mcpServers: { weather: stdioEntry } },
    full: {
      mcpServers: {
        weather: { ...stdioEntry, env: { REGION: "eu", API_KEY: "${env:API_KEY}", TOKEN: "${env:TOKEN}" } },
      },
    },
    open: { mcpServers: { weather: { serverUrl: "http://127.0.0.1:8080/mcp" } } },
    closed: {
      mcpServers: {
        weather: { serverUrl: "https://weather.example.com/mcp", headers: headers("${env:TOKEN}", "${env:API_KEY}") },
      },
    },
  },
  gemini: {
    bare: { mcpServers: { weather: stdioEntry } },
    full: {
      mcpServers: { weather: { ...stdioEntry, env: { REGION: "eu", API_KEY: "${API_KEY}", TOKEN: "${TOKEN}" } } },
    },
    open: { mcpServers: { weather: { httpUrl: "http://127.0.0.1:8080/mcp" } } },
    closed: {
      mcpServers: {
        weather: { httpUrl: "https://weather.example.com/mcp", headers: headers("${TOKEN}", "${API_KEY}") },
      },
    },
  },
  codex: {
    bare: '[mcp_servers.weather]\ncommand = "node"\nargs = [ "dist/index.js" ]\n',
    full: `[mcp_servers.weather]
command = "node"
args = [ "dist/index.js" ]
env_vars = [ "API_KEY", "TOKEN" ]

[mcp_servers.weather.env]
REGION = "eu"
`,
    open: '[mcp_servers.weather]\nurl = "http://127.0.0.1:8080/mcp"\n',
    closed: `[mcp_servers.weather]
url = "https://weather.example.com/mcp"
bearer_token_env_var = "TOKEN"

[mcp_servers.weather.http_headers]
X-Scheme = "Key <API_KEY>"
X-Tenant = "acme"

[mcp_servers.weather.env_http_headers]
X-Key = "API_KEY"
`,
  },
};

describe("clients: what to paste", () => {
  const endpoints = { bare, full, open, closed };
  for (const client of clientIds) {
    for (const [kind, endpoint] of Object.entries(endpoints) as [keyof typeof endpoints, Endpoint][]) {
      it(`${client}, ${endpoint.transport}, ${kind}`, () => {
        const config = clientConfigs("weather", endpoint)[client];
        assert.deepEqual(config.snippet, expected[client][kind]);
        // Key order is part of what the user reads.
        assert.equal(JSON.stringify(config.snippet), JSON.stringify(expected[client][kind]));
      });
    }
  }

  it("holds every client once, and no value of a secret", () => {
    const configs = clientConfigs("weather", full);
    assert.deepEqual(Object.keys(configs), clientIds);
    assert.doesNotMatch(JSON.stringify(configs), /must not appear|SERVER_ONLY/);
    assert.doesNotMatch(JSON.stringify(clientConfigs("weather", open)), /SERVER_ONLY/);
  });

  it("is text that the client's own kind of parser reads", () => {
    const configs = clientConfigs("weather", closed);
    for (const client of clientIds) {
      const text = snippetText(configs[client]);
      assert.ok(text.endsWith("\n"), client);
      if (client === "codex") assert.ok(parseToml(text).mcp_servers);
      else assert.deepEqual(JSON.parse(text), expected[client].closed);
    }
  });

  it("allows mcp-remote plain HTTP only off the local host", () => {
    const args = (url: string) =>
      JSON.stringify(clientConfigs("weather", { ...open, url }).claudeDesktop.snippet).includes("--allow-http");
    assert.equal(args("http://weather.example.com:8080/mcp"), true);
    assert.equal(args("https://weather.example.com/mcp"), false);
    assert.equal(args("http://localhost:8080/mcp"), false);
    assert.equal(args("http://[::1]:8080/mcp"), true);
  });

  it("leaves a reference to what is no secret as it is", () => {
    const endpoint: Endpoint = { ...open, headers: { "X-Literal": "${OTHER}" } };
    assert.deepEqual(clientConfigs("weather", endpoint).cursor.snippet, {
      mcpServers: { weather: { url: "http://127.0.0.1:8080/mcp", headers: { "X-Literal": "${OTHER}" } } },
    });
  });
});
