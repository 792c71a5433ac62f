import assert from "node:assert/strict";
import { pasted, pastedText } from "../../../cli/clients/text";
import { readState } from "../../../cli/compose/stackState";
import { entriesOf } from "../../../cli/deployed/entries";
import { Client } from "../../../common/clients";
import { type RecordedResource, secret, stateOf } from "./composeState";

const NONE = { target: "process", servers: [], services: [] };
const FOLDER = "/data/files-0a1b";
const urnOf = (type: string, name: string) => `urn:pulumi:test::mcp::${type}::${name}`;

/** A server with its component's outputs, its check's inputs, and what else belongs to it. */
function server(type: string, name: string, outputs: object, check: object, more: RecordedResource[] = []) {
  const parent = urnOf(`mcp:index:${type}`, name);
  const child = "mcp:index:McpCheck";
  return [
    { urn: parent, type: `mcp:index:${type}`, outputs: { ...outputs } },
    { urn: urnOf(child, `${name}-check`), type: child, parent, inputs: { server: name, ...check } },
    ...more.map((one) => ({ ...one, parent })),
  ];
}

const STATE = readState(
  stateOf([
    ...server(
      "McpProcess",
      "files",
      { transport: "stdio", command: `${FOLDER}/current/.venv/bin/python`, args: [`${FOLDER}/current/server.py`] },
      {
        command: `${FOLDER}/releases/r7/.venv/bin/python`,
        env: { PYTHONPATH: `${FOLDER}/releases/r7/src:${FOLDER}/releases/r7/lib`, MODE: "fast" },
        secretEnv: secret({ API_KEY: "canary" }),
      },
      [
        {
          urn: urnOf("mcp:index:Installation", "files"),
          type: "mcp:index:Installation",
          inputs: { instance: "files-0a1b" },
          outputs: { folder: FOLDER },
        },
      ],
    ),
    ...server(
      "McpContainer",
      "launched",
      { transport: "stdio", command: "docker", args: ["run", "-i", "--env", "API_KEY", "--env", "MODE", "sha256:1"] },
      {
        command: "docker",
        env: { MODE: "slow", DOCKER_HOST: "tcp://10.0.0.1" },
        secretEnv: secret({ API_KEY: "canary" }),
      },
    ),
    ...server(
      "McpProcess",
      "weather",
      { transport: "http", url: "http://127.0.0.1:8080/mcp" },
      { url: "http://127.0.0.1:8080/mcp", secretEnv: secret({ API_KEY: "canary" }) },
      [
        {
          urn: urnOf("mcp:index:Installation", "weather"),
          type: "mcp:index:Installation",
          inputs: { instance: "weather-0a1b" },
        },
      ],
    ),
  ]),
);
const stack = { name: "test", entries: entriesOf(STATE, NONE), resources: STATE };
const cursor = (name: string) => pasted(stack, { servers: [name], clients: [Client.Cursor] })[name]?.cursor?.snippet;

describe("what to paste into clients", () => {
  it("is a URL for a server that runs, and needs none of its secrets", () => {
    assert.deepEqual(cursor("weather"), { mcpServers: { weather: { url: "http://127.0.0.1:8080/mcp" } } });
  });

  it("is the command of the current release with its environment, secrets as placeholders", () => {
    const entry = {
      command: `${FOLDER}/current/.venv/bin/python`,
      args: [`${FOLDER}/current/server.py`],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Cursor's placeholder
      env: { PYTHONPATH: `${FOLDER}/current/src:${FOLDER}/current/lib`, MODE: "fast", API_KEY: "${env:API_KEY}" },
    };
    assert.deepEqual(cursor("files"), { mcpServers: { files: entry } });
  });

  it("hands a container what its command names, and not the engine of this machine", () => {
    const { env } = (cursor("launched") as { mcpServers: { launched: { env: object } } }).mcpServers.launched;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Cursor's placeholder
    assert.deepEqual(env, { MODE: "slow", API_KEY: "${env:API_KEY}" });
  });

  it("is printed for every server and client, with the file that it goes into, and without a secret", () => {
    const all = pasted(stack, { servers: [], clients: [] });
    assert.deepEqual(Object.keys(all), ["files", "launched", "weather"]);
    for (const clients of Object.values(all))
      assert.deepEqual(Object.keys(clients).sort(), Object.values(Client).sort());
    const text = pastedText(all);
    assert.match(text, /^weather in Cursor: ~\/\.cursor\/mcp\.json for yourself, .*\n\{\n {2}"mcpServers": \{\n/m);
    assert.match(text, /^weather in Codex: .*\n\[mcp_servers\.weather\]\nurl = /m);
    assert.doesNotMatch(`${text}${JSON.stringify(all)}`, /canary/);
  });

  it("is refused for a server that is not deployed, with the nearest that is", () => {
    assert.throws(() => pasted(stack, { servers: ["wether"], clients: [] }), {
      message:
        "SERVER: the stack test has no such server deployed\n  got:     wether\n" +
        "  allowed: files, launched, weather\n  fix:     did you mean weather?",
    });
  });
});
