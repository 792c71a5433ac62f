import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { Client } from "./components/clients";
import {
  InvalidInputError,
  type McpServerArgs,
  type Problem,
  type ResolvedServer,
  resolve,
  Runtime,
  Target,
  Transport,
} from "./components/server";
import { problemsOf, unknownKey } from "./components/server/zodProblems";

/** What a stack's config says: where its servers run, and which they are. */
export interface Settings {
  target: Target;
  servers: ServerSetting[];
}

/** One entry of `mcp:servers`. */
export interface ServerSetting {
  name: string;
  args: McpServerArgs;
}

const text = z.string().min(1);
// YAML reads `8080` and `true` as a number and a boolean; as an argument or an environment variable they are text.
const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "letters, digits and _, the first no digit");

const resources = z.strictObject({
  cpuLimit: z.number().optional(),
  memoryLimit: text.optional(),
  cpuReservation: z.number().optional(),
  memoryReservation: text.optional(),
});
const health = z.strictObject({
  readinessPath: text.optional(),
  livenessPath: text.optional(),
  intervalSeconds: z.number().optional(),
  timeoutSeconds: z.number().optional(),
  startPeriodSeconds: z.number().optional(),
  retries: z.number().optional(),
});
const server = z.strictObject({
  name: text,
  source: text,
  runtime: z.enum(Runtime).optional(),
  transport: z.enum(Transport).optional(),
  entryPoint: text.optional(),
  args: z.array(scalar).optional(),
  port: z.number().optional(),
  metricsPort: z.number().optional(),
  path: text.optional(),
  env: z.record(variable, scalar).optional(),
  /** Environment variables whose values stand in `mcp:secrets` under the same name. */
  secrets: z.array(variable).optional(),
  resources: resources.optional(),
  health: health.optional(),
});
const config = z.strictObject({
  target: z.enum(Target).default(Target.Process),
  servers: z.array(server).min(1),
  secrets: z.record(variable, scalar).default({}),
  clients: z.array(z.enum(Client)).default([]),
});

const KEYS = Object.keys(config.shape);
const OBJECTS: Record<string, string[]> = {
  health: Object.keys(health.shape),
  resources: Object.keys(resources.shape),
};

/**
 * Reads and validates the stack's config, all of it before any resource is registered.
 * @throws InvalidInputError with every problem found: the YAML path, what was got, what is allowed, the fix
 */
export function loadSettings(): Settings {
  const raw = rawConfig();
  const parsed = config.safeParse(raw.values);
  const problems = [...raw.problems];
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => shapeProblems(issue, raw.values)));
  if (!parsed.success) throw new InvalidInputError(problems);

  const { target, servers, secrets, clients } = parsed.data;
  const resolved = servers.map(({ name, env: _, secrets: __, ...settings }, index) =>
    collect(problems, () => resolve(name, settings, { path: `mcp:servers[${index}]` })),
  );
  problems.push(...servers.flatMap(({ secrets: names = [] }, index) => missingSecrets(names, secrets, index)));
  problems.push(...clashes(resolved, target));
  if (problems.length > 0) throw new InvalidInputError(problems);
  return {
    target,
    servers: servers.map(({ name, secrets: names = [], ...settings }) => ({
      name,
      args: {
        ...settings,
        clients,
        secrets: Object.fromEntries(names.map((key) => [key, pulumi.secret(secrets[key] ?? "")])),
      },
    })),
  };
}

/** The values under `mcp:`, parsed, whatever project this is. */
function rawConfig(): { values: Record<string, unknown>; problems: Problem[] } {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(pulumi.runtime.allConfig())) {
    const [namespace, name = ""] = key.split(/:(.*)/s);
    if (namespace !== "mcp") continue;
    if (name !== "secrets" && isSecret(key)) problems.push(secretInTheOpen(key));
    else values[name] = parse(value);
  }
  return { values, problems };
}

/** The SDK knows which keys hold secrets, but does not declare the function. */
const isSecret = (key: string): boolean =>
  (pulumi.runtime as { isConfigSecret?: (key: string) => boolean }).isConfigSecret?.(key) ?? false;

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
    return issue.keys.map((unknown) => ({ ...unknownKey("mcp", [unknown], KEYS), path: `mcp:${unknown}` }));
  }
  const found = problemsOf([{ ...issue, path }], `mcp:${String(key)}`, values[String(key)], (at) =>
    typeof at.at(-1) === "string" ? (OBJECTS[String(at.at(-1))] ?? []) : Object.keys(server.shape),
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

function missingSecrets(names: string[], values: Record<string, string>, index: number): Problem[] {
  return names
    .filter((name) => !values[name])
    .map((name) => ({
      path: `mcp:servers[${index}].secrets`,
      message: `the secret ${name} has no value`,
      allowed: `a value in mcp:secrets.${name}`,
      fix: `pulumi config set --secret --path 'mcp:secrets.${name}' VALUE`,
    }));
}

/** Servers of one stack that can't live beside each other: equal names, and on one machine equal ports. */
function clashes(servers: (ResolvedServer | undefined)[], target: Target): Problem[] {
  const taken = new Map<string, string>();
  return servers.flatMap((server, index) => {
    if (!server) return [];
    const uses: [field: string, value: string | number][] = [["name", server.name]];
    if (target === Target.Process && server.transport === Transport.Http) {
      uses.push(["port", server.port], ["metricsPort", server.metricsPort]);
    }
    return uses.flatMap(([field, value]) => {
      const path = `mcp:servers[${index}].${field}`;
      const key = field === "name" ? `name ${value}` : `port ${value}`;
      const other = taken.get(key);
      if (other === undefined) {
        taken.set(key, path);
        return [];
      }
      return [
        {
          path,
          message: `${key} is already used by ${other}`,
          got: String(value),
          allowed: field === "name" ? "a name of its own for every server" : "a port of its own for every server of this machine",
          fix: `set another \`${field}\``,
        },
      ];
    });
  });
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
