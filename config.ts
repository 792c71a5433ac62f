import type { z } from "zod";
import type { McpServiceArgs } from "./components/docker/mcpService";
import * as pulumi from "./components/pulumi";
import {
  InvalidInputError,
  type McpServerArgs,
  type Problem,
  type ResolvedServer,
  resolve,
  Target,
  validateEnvNames,
} from "./components/server";
import { problemsOf, unknownKey } from "./components/server/zodProblems";
import { clashes, serviceProblems, targetProblems } from "./configClashes";
import { CONFIG_KEYS, configSchema, knownKeys, type Server, type Service, serverSchema } from "./configSchema";

/** What a stack's config says: where its servers run, and which they are. */
export interface Settings {
  target: Target;
  servers: ServerSetting[];
  services: ServiceSetting[];
}

/** One entry of `mcp:servers`. */
export interface ServerSetting {
  name: string;
  args: McpServerArgs;
  /** Where it runs. */
  target: Target;
  /** Names of the services that it needs. */
  services: string[];
  /** Name of its container; for the docker target. */
  containerName?: string;
}

/** One entry of `mcp:services`. */
export interface ServiceSetting {
  name: string;
  kind: Service["kind"];
  args: Pick<McpServiceArgs, Exclude<keyof McpServiceArgs, "network">>;
}

/**
 * Reads and validates the stack's config, all of it before any resource is registered.
 * @throws InvalidInputError with every problem found: the YAML path, what was got, what is allowed, the fix
 */
export function loadSettings(): Settings {
  const raw = rawConfig();
  if (raw.problems.length > 0) throw new InvalidInputError(raw.problems);
  const { data, error } = configSchema.safeParse(raw.values);
  const problems = (error?.issues ?? []).flatMap((issue) => shapeProblems(issue, raw.values));
  // What is sound in itself is checked on even when something else is not: one run tells all there is to mend.
  const secrets = data?.secrets ?? {};
  const servers = data?.servers ?? soundServers(raw.values.servers);
  const resolved = servers.map((server, index) => server && collect(problems, () => resolveAt(server, index)));
  if (data) problems.push(...missingSecrets(data));
  problems.push(...servers.flatMap((server, index) => variableProblems(server, index)));
  problems.push(
    ...clashes(
      resolved,
      servers.map((server) => server?.target ?? data?.target),
    ),
    ...serviceProblems(data?.servers ?? [], data?.services ?? []),
  );
  if (data) problems.push(...targetProblems(servers, data.target));
  if (data && !AVAILABLE.includes(data.target)) problems.push(notAvailable(data.target));
  if (!data || problems.length > 0) throw new InvalidInputError(problems);

  const chosen = (names: string[] = []) =>
    Object.fromEntries(names.map((name) => [name, pulumi.secret(secrets[name] ?? "")]));
  const imageOf = (own: Server["image"]): McpServerArgs["image"] => {
    const { buildSecrets, ...image } = { ...data.image, ...own };
    return { ...image, ...(buildSecrets && { buildSecrets: chosen(buildSecrets) }) };
  };
  const registry = data.registry && {
    ...data.registry,
    ...(data.registry.username && { password: chosen([REGISTRY_PASSWORD])[REGISTRY_PASSWORD] }),
  };
  return {
    target: data.target,
    servers: data.servers.map(
      ({ name, target = data.target, secrets: names, services = [], containerName, image, ...settings }) => ({
        name,
        target,
        services,
        ...(containerName && { containerName }),
        args: {
          ...settings,
          clients: data.clients,
          secrets: chosen(names),
          ...((image || data.image) && { image: imageOf(image) }),
          ...(registry && { registry }),
        },
      }),
    ),
    services: data.services.map(({ name, kind, secrets: names, ...settings }) => ({
      name,
      kind,
      args: {
        ...settings,
        image: settings.image ?? "",
        publish: settings.publish ?? (kind === "redis" && isUsedByProcess(name, data) ? REDIS_PORT : undefined),
        secrets: chosen(names),
      },
    })),
  };
}

function resolveAt(
  { name, env: _, secrets: __, services: ___, containerName: ____, image: _____, target: ______, ...settings }: Server,
  index: number,
): ResolvedServer {
  return resolve(name, settings, { path: `mcp:servers[${index}]` });
}

const variableProblems = (server: Server | undefined, index: number): Problem[] =>
  server ? validateEnvNames(Object.keys(server.env ?? {}), server.secrets, `mcp:servers[${index}]`) : [];

const soundServers = (servers: unknown): (Server | undefined)[] =>
  Array.isArray(servers) ? servers.map((server) => serverSchema.safeParse(server).data) : [];

/** Targets of this version. */
const AVAILABLE: Target[] = [Target.Process, Target.Docker];

const REDIS_PORT = 6379;

/** Whether a server of this machine needs a service of a Docker stack. */
const isUsedByProcess = (service: string, { servers }: z.infer<typeof configSchema>): boolean =>
  servers.some(({ target, services = [] }) => target === Target.Process && services.includes(service));

/** The secret with which images are pushed. */
const REGISTRY_PASSWORD = "REGISTRY_PASSWORD";

const notAvailable = (target: Target): Problem => ({
  path: "mcp:target",
  message: "is not available in this version",
  got: target,
  allowed: AVAILABLE.join(", "),
  fix: "pulumi config set mcp:target process",
});

/** The values under `mcp:`, parsed, whatever project this is. */
function rawConfig(): { values: Record<string, unknown>; problems: Problem[] } {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(pulumi.allConfig())) {
    const [namespace, name = ""] = key.split(/:(.*)/s);
    if (namespace !== "mcp") continue;
    if (name !== "secrets" && isSecret(key)) problems.push(secretInTheOpen(key));
    else if (name === "secrets" && !isSecret(key)) problems.push(plainSecrets(key));
    else values[name] = parse(value);
  }
  return { values, problems };
}

/** The SDK knows which keys hold secrets, but does not declare the function. */
const isSecret: (key: string) => boolean = require("@pulumi/pulumi/runtime/config").isConfigSecret;

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function shapeProblems(issue: z.core.$ZodIssue, values: Record<string, unknown>): Problem[] {
  const [key, ...path] = issue.path;
  if (key === undefined && issue.code === "unrecognized_keys") {
    return issue.keys.map((unknown) => ({ ...unknownKey("mcp", [unknown], CONFIG_KEYS), path: `mcp:${unknown}` }));
  }
  const found = problemsOf([{ ...issue, path }], `mcp:${String(key)}`, values[String(key)], (at) =>
    knownKeys(
      String(key),
      at.find((part): part is string => typeof part === "string"),
    ),
  );
  // A value of mcp:secrets is never printed.
  return key === "secrets" ? found.map(({ got: _, ...problem }) => problem) : found;
}

function secretInTheOpen(key: string): Problem {
  return {
    path: key,
    message: "a secret value in it would make all of it secret, and the preview unreadable",
    allowed: "secret values under mcp:secrets, named in the server's `secrets`",
    fix: "pulumi config set --secret --path 'mcp:secrets.API_KEY' VALUE, and `secrets: [API_KEY]` in the server",
  };
}

/** The engine writes all config into the state, of the dynamic provider: what is no secret there stands there in clear. */
function plainSecrets(key: string): Problem {
  return {
    path: key,
    message: "its values are not encrypted",
    allowed: "values that were set as secrets",
    fix: "pulumi config rm mcp:secrets; pulumi config set --secret --path 'mcp:secrets.API_KEY' VALUE for each",
  };
}

function missingSecrets({ servers, services, image, registry, secrets }: z.infer<typeof configSchema>): Problem[] {
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

function collect<T>(problems: Problem[], attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}
