import { type Client, clientConfigs, clientFormats, clientIds, type Endpoint, snippetText } from "../../common/clients";
import { InvalidInputError } from "../../common/errors";
import { nearest } from "../../common/nearest";
import type { DeployedStack } from "../deployed/stack";
import { endpointOf } from "./endpoint";

/** Which configurations are wanted. */
export interface Wanted {
  /** Names of servers; all when there are none. */
  servers: string[];
  /** All when there are none. */
  clients: Client[];
}

/** What to paste: by server, by client. */
export type Pasted = Record<string, Partial<ReturnType<typeof clientConfigs>>>;

/**
 * What to paste into clients for the deployed servers of a stack.
 * @param stack read with its secrets, of which only the names are taken
 * @throws InvalidInputError for a server that the stack does not have, or that is not deployed
 */
export function pasted(
  { name: stack, entries, resources }: Pick<DeployedStack, "name" | "entries" | "resources">,
  { servers, clients }: Wanted,
): Pasted {
  const endpoints = new Map<string, Endpoint>();
  for (const entry of entries.filter(({ role }) => role === "server")) {
    const endpoint = endpointOf(entry, resources);
    if (endpoint) endpoints.set(entry.name, endpoint);
  }
  const known = [...endpoints.keys()];
  const missing = servers.filter((server) => !endpoints.has(server));
  if (missing.length > 0) throw notDeployed(stack, missing, known);
  const wanted = clients.length > 0 ? clients : clientIds;
  return Object.fromEntries(
    [...endpoints].flatMap(([server, endpoint]) => {
      if (servers.length > 0 && !servers.includes(server)) return [];
      const configs = clientConfigs(server, endpoint);
      return [[server, Object.fromEntries(wanted.map((client) => [client, configs[client]]))]];
    }),
  );
}

/** For people: each snippet whole, ready to paste, below the file that it goes into. */
export function pastedText(configs: Pasted): string {
  const blocks = Object.entries(configs).flatMap(([server, clients]) =>
    clientIds.flatMap((client) => {
      const config = clients[client];
      return config ? [`${server} in ${clientFormats[client].title}: ${config.where}\n${snippetText(config)}`] : [];
    }),
  );
  return blocks.join("\n").trimEnd();
}

function notDeployed(stack: string, missing: string[], known: string[]): InvalidInputError {
  return new InvalidInputError(
    missing.map((got) => {
      const similar = nearest(got, known);
      return {
        path: "SERVER",
        message: `the stack ${stack} has no such server deployed`,
        got,
        allowed: known.join(", ") || "none: no server is deployed",
        fix: similar ? `did you mean ${similar}?` : "name one of them, or another stack with --stack",
      };
    }),
  );
}
