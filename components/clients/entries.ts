import { type Client, type ClientConfig, clientConfigs, clientFormats, type Endpoint } from "../../common/clients";
import { McpResource } from "../mcpResource";
import * as pulumi from "../pulumi";
import type { McpServerArgs } from "../server";

/** An endpoint as the targets know it: values of resources. */
export interface EndpointOutputs {
  url?: pulumi.Output<string>;
  command?: pulumi.Output<string>;
  args?: pulumi.Output<string[]>;
  env?: pulumi.Output<Record<string, string>>;
}

/** A server's entry in the configuration file of one MCP client. */
class ClientFile extends McpResource {
  constructor(name: string, inputs: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    super("ClientFile", name, inputs, opts);
  }
}

/**
 * Enters the server into the files of the clients that the user asked for.
 * @returns the configuration for every client, to be pasted where it was not entered
 */
export function enterClients(
  name: string,
  outputs: EndpointOutputs,
  clients: Client[],
  secrets: McpServerArgs["secrets"],
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<{ [key: string]: string }> {
  const endpoint = toEndpoint(outputs, secrets);
  for (const client of clients) {
    const entry = endpoint.apply((known) => clientFormats[client].entry(known, name));
    new ClientFile(`${name}-${client}`, { client, name, entry }, opts);
  }
  return endpoint.apply((known) => snippets(name, known));
}

/** One line of JSON for each client (Codex: TOML): short in a preview, and ready to paste. */
function snippets(name: string, endpoint: Endpoint): { [key: string]: string } {
  const configs = Object.entries(clientConfigs(name, endpoint));
  const text = (snippet: ClientConfig["snippet"]) => (typeof snippet === "string" ? snippet : JSON.stringify(snippet));
  return Object.fromEntries(configs.map(([client, { snippet }]) => [client, text(snippet)]));
}

function toEndpoint({ url, command, args, env }: EndpointOutputs, secrets: McpServerArgs["secrets"]) {
  // Only the names of the secrets are used, and they are none.
  const secretNames = pulumi.unsecret(pulumi.output(secrets)).apply((values) => Object.keys(values ?? {}).sort());
  return pulumi
    .all([url, command, args, env, secretNames])
    .apply(
      ([url, command = "", args = [], env = {}, secretNames]): Endpoint =>
        url !== undefined
          ? { transport: "http", url, secretNames }
          : { transport: "stdio", command, args, env, secretNames },
    );
}
