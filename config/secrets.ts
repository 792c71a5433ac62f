import type { Problem } from "../components/server";
import { loggingSecrets } from "./logging";
import { monitoringSecrets } from "./monitoring";
import type { Config } from "./plain";

/** The secret with which images are pushed. */
export const REGISTRY_PASSWORD = "REGISTRY_PASSWORD";

const SECRETS_KEY = "mcp:secrets";

/** The SDK knows which keys hold secrets, but does not declare the function. */
const isSecret: (key: string) => boolean = require("@pulumi/pulumi/runtime/config").isConfigSecret;

/** What is wrong with a key of the config that is secret, or is not: only `mcp:secrets` has to be. */
export function secrecyProblem(key: string): Problem | undefined {
  if (isSecret(key) === (key === SECRETS_KEY)) return undefined;
  return key === SECRETS_KEY ? plainSecrets(key) : secretInTheOpen(key);
}

function secretInTheOpen(key: string): Problem {
  return {
    path: key,
    message: "a secret value in it would make all of it secret, and the preview unreadable",
    allowed: "secret values under mcp:secrets, named in the server's `secrets`",
    fix: "pulumi config set --secret --path 'mcp:secrets.API_KEY' VALUE, and `secrets: [API_KEY]` in the server",
  };
}

/** The engine writes all config of this package into the state, as that of its provider: what is no secret stands there in clear. */
function plainSecrets(key: string): Problem {
  return {
    path: key,
    message: "its values are not encrypted",
    allowed: "values that were set as secrets",
    fix: "pulumi config rm mcp:secrets; pulumi config set --secret --path 'mcp:secrets.API_KEY' VALUE for each",
  };
}

/** Names of secrets that have no value under mcp:secrets. */
export function missingSecrets(config: Config): Problem[] {
  const { servers, services, image, registry, secrets } = config;
  const wanted: [path: string, names: string[] | undefined][] = [
    ...servers.map((server, index): [string, string[] | undefined] => [
      `mcp:servers[${index}].secrets`,
      server.secrets,
    ]),
    ...servers.map((server, index): [string, string[] | undefined] => [
      `mcp:servers[${index}].image.buildSecrets`,
      server.image?.buildSecrets,
    ]),
    ["mcp:image.buildSecrets", image?.buildSecrets],
    ...services.map((service, index): [string, string[] | undefined] => [
      `mcp:services[${index}].secrets`,
      service.secrets,
    ]),
    ["mcp:registry.username", registry?.username ? [REGISTRY_PASSWORD] : []],
    ...monitoringSecrets(config),
    ...loggingSecrets(config),
  ];
  return wanted.flatMap(([path, names = []]) =>
    names
      .filter((name) => !secrets[name])
      .map((name) => ({
        path,
        message: `the secret ${name} has no value`,
        allowed: `a value in mcp:secrets.${name}`,
        fix: `pulumi config set --secret --path 'mcp:secrets.${name}' VALUE`,
      })),
  );
}
