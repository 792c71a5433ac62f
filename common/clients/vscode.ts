import { envWith, headersWith, type JsonObject, unlessEmpty } from "./endpoint";
import {
  applicationData,
  Client,
  type ClientFormat,
  type Companions,
  type Host,
  type Location,
  pathOf,
} from "./format";

/**
 * VS Code, in the user profile's mcp.json. A secret is an input: VS Code asks for it once, masked, and keeps it in the
 * system's own secret storage.
 *
 * Sources: code.visualstudio.com/docs/copilot/reference/mcp-configuration (`servers`, `inputs`, `type`), and for the
 * folder src/vs/platform/environment/node/userDataPath of microsoft/vscode (VSCODE_PORTABLE, VSCODE_APPDATA).
 */
export const vscode: ClientFormat = {
  id: Client.VsCode,
  title: "VS Code",
  kind: "jsonc",
  serversPath: ["servers"],
  where: "mcp.json of the user profile: command MCP: Open User Configuration",
  location,
  entry: (endpoint, name) => {
    const placeholder = (secret: string) => reference(`${name}-${secret}`);
    return endpoint.transport === "stdio"
      ? {
          type: "stdio",
          command: endpoint.command,
          args: endpoint.args,
          ...unlessEmpty("env", envWith(endpoint, placeholder)),
        }
      : { type: "http", url: endpoint.url, ...unlessEmpty("headers", headersWith(endpoint, placeholder)) };
  },
  companions,
};

function reference(id: string): string {
  return `\${input:${id}}`;
}

/** The inputs an entry refers to, read from the entry itself: nothing but the entry has to be remembered. */
function companions(entry: JsonObject, name: string): Companions {
  const ids = [...JSON.stringify(entry).matchAll(/\$\{input:([^}"\\]+)\}/g)].map(([, id = ""]) => id);
  const ours = [...new Set(ids)].filter((id) => id.startsWith(`${name}-`));
  const items = ours.map((id) => ({
    type: "promptString",
    id,
    description: `${id.slice(name.length + 1)} of the MCP server ${name}`,
    password: true,
  }));
  return { key: "inputs", items, reference };
}

function location(host: Host): Location {
  const { join } = pathOf(host);
  const { VSCODE_PORTABLE, VSCODE_APPDATA } = host.env;
  const folder = VSCODE_PORTABLE
    ? join(VSCODE_PORTABLE, "user-data")
    : join(VSCODE_APPDATA || applicationData(host), "Code");
  return { file: join(folder, "User", "mcp.json"), presence: [folder] };
}
