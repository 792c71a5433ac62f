import { type Client, clientFormats, type Endpoint } from "../../common/clients";
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

/** Enters the server into the files of the clients that the user asked for. */
export function enterClients(
  name: string,
  outputs: EndpointOutputs,
  clients: Client[],
  secrets: McpServerArgs["secrets"],
  opts: pulumi.CustomResourceOptions,
): void {
  const endpoint = toEndpoint(outputs, secrets);
  for (const client of clients) {
    const entry = endpoint.apply((known) => clientFormats[client].entry(known, name));
    new ClientFile(`${name}-${client}`, { client, name, entry }, opts);
  }
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
