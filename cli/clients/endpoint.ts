import type { Endpoint } from "../../common/clients";
import { resourceType } from "../../common/resourceTypes";
import { asMapping, type Mapping } from "../compose/composeFile";
import { opened, type StateResource } from "../compose/stackState";
import type { Entry } from "../deployed/entries";

/**
 * What clients connect to; undefined for what is not deployed. The environment of a server that they start is that of its
 * check, which starts it as they do. Of secrets only the names are taken.
 * @param state with its secrets in clear, or their names are unknown
 */
export function endpointOf({ name, place, output }: Entry, state: StateResource[]): Endpoint | undefined {
  if (output?.url !== undefined) return { transport: "http", url: output.url, secretNames: [] };
  if (place?.kind !== "client" || output?.command === undefined) return undefined;
  const { command, args = [] } = output;
  const { env, secrets, secretEnv = secrets } = checkOf(name, state);
  const plain = texts(asMapping(env) ?? {}).map(([key, value]) => [key, asLaunched(value, place.folder)] as const);
  // A container gets what its command names; the rest is for the engine that the check asked.
  const isHandedOn = (key: string) => place.folder !== undefined || args[args.indexOf(key) - 1] === "--env";
  return {
    ...{ transport: "stdio", command, args, env: Object.fromEntries(plain.filter(([key]) => isHandedOn(key))) },
    secretNames: Object.keys(asMapping(opened(secretEnv)) ?? {}).sort(),
  };
}

function checkOf(server: string, state: StateResource[]): Mapping {
  const check = state.find(({ type, inputs }) => type === resourceType("McpCheck") && inputs.server === server);
  return check?.inputs ?? {};
}

/** A check tries a release; clients start the one that is current. */
function asLaunched(value: string, folder: string | undefined): string {
  const [first = "", ...releases] = value.split(`${folder}/releases/`);
  return [first, ...releases.map((rest) => rest.replace(/^[^/:]+/, `${folder}/current`))].join("");
}

const texts = (values: Mapping): [string, string][] =>
  Object.entries(values).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : []));
