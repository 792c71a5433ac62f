import type { McpServiceArgs } from "../components/docker/serviceArgs";
import type { McpDeploymentArgs } from "../components/kubernetes/args";
import type { DeploymentSettings } from "../components/kubernetes/settings";
import type { MonitoredServerArgs } from "../components/monitoring/args";
import * as pulumi from "../components/pulumi";
import {
  type DeployedServer,
  InvalidInputError,
  type McpServerArgs,
  type Problem,
  resolve,
  Target,
  validateEnvNames,
} from "../components/server";
import { clashes, serviceProblems, targetProblems } from "./clashes";
import { clusterProblems } from "./cluster";
import { imageOf } from "./image";
import { imageProblems } from "./images";
import { type LoggingSettings, loggingArgs } from "./logging";
import { loggingProblems } from "./loggingProblems";
import { type MonitoringSettings, monitoringArgs, monitoringProblems } from "./monitoring";
import type { Cluster, Config, Server, Service } from "./plain";
import { missingSecrets, REGISTRY_PASSWORD, secrecyProblem } from "./secrets";
import { shapeOf } from "./shape";

/** What a stack's config says: where its servers run, and which they are. */
export interface Settings {
  target: Target;
  servers: ServerSetting[];
  services: ServiceSetting[];
  /** What reads the servers' metrics; for the docker and kubernetes targets. */
  monitoring?: MonitoringSettings;
  /** What collects the servers' logs; for the docker and kubernetes targets. */
  logging?: LoggingSettings;
  /** The cluster of a stack for Kubernetes. */
  cluster?: Cluster;
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
  /** Its metrics; undefined when it exposes none, or nobody reads them. */
  metrics?: MonitoredServerArgs;
  /** How the cluster runs it; for the kubernetes target. */
  deployment?: DeploymentSettings & Pick<McpDeploymentArgs, "secretKeys">;
}

/** One entry of `mcp:services`. */
export interface ServiceSetting {
  name: string;
  kind: Service["kind"];
  args: Pick<McpServiceArgs, Exclude<keyof McpServiceArgs, "network">> & Pick<Service, "volumeSize" | "storageClass">;
}

/**
 * Reads and validates the stack's config, all of it before any resource is registered.
 * @throws InvalidInputError with every problem found: the YAML path, what was got, what is allowed, the fix
 */
export function loadSettings(): Settings {
  const raw = rawConfig();
  if (raw.problems.length > 0) throw new InvalidInputError(raw.problems);
  // What is sound in itself is checked on even when something else is not: one run tells all there is to mend.
  const { config: data, servers, problems, fractions } = shapeOf(raw.values);
  const secrets = data?.secrets ?? {};
  const resolved = servers.map((server, index) => server && collect(problems, () => resolveAt(server, index, data)));
  if (data) problems.push(...missingSecrets(data));
  problems.push(...servers.flatMap((server, index) => variableProblems(server, index)));
  problems.push(
    ...clashes(
      resolved,
      servers.map((server) => server?.target ?? data?.target),
    ),
    ...serviceProblems(data?.servers ?? [], data?.services ?? []),
  );
  if (data) {
    problems.push(
      ...targetProblems(servers, data.target),
      ...clusterProblems(data, resolved),
      ...imageProblems(servers, resolved, data),
      ...monitoringProblems(data),
      ...loggingProblems(data),
    );
  }
  const told = problems.map(({ path }) => path);
  problems.push(...fractions.filter(({ path }) => !told.includes(path)));
  if (!data || problems.length > 0) throw new InvalidInputError(problems);

  const secret = (name: string) => pulumi.secret(secrets[name] ?? "");
  const chosen = (names: string[] = []) => Object.fromEntries(names.map((name) => [name, secret(name)]));
  const withSecrets = ({ buildSecrets, ...image }: NonNullable<Server["image"]>): McpServerArgs["image"] => ({
    ...image,
    ...(buildSecrets && { buildSecrets: chosen(buildSecrets) }),
  });
  const registry = data.registry && {
    ...data.registry,
    ...(data.registry.username && { password: chosen([REGISTRY_PASSWORD])[REGISTRY_PASSWORD] }),
  };
  return {
    target: data.target,
    ...(data.kubernetes && { cluster: data.kubernetes }),
    ...(data.logging && { logging: loggingArgs(data.logging, secret) }),
    ...(data.monitoring && { monitoring: monitoringArgs(data.monitoring, secret) }),
    servers: data.servers.map(
      (
        {
          name,
          target = data.target,
          secrets: names,
          services = [],
          containerName,
          kubernetes,
          image: own,
          ...settings
        },
        index,
      ) => {
        const image = imageOf(own, data.image);
        return {
          name,
          target,
          services,
          ...(containerName && { containerName }),
          ...(data.monitoring && metricsOf(resolved[index])),
          // Complete, or there would be problems.
          ...(kubernetes && { deployment: kubernetes as ServerSetting["deployment"] & object }),
          args: {
            ...settings,
            clients: data.clients,
            secrets: chosen(names),
            ...(image && { image: withSecrets(image) }),
            ...(registry && !own?.reference && { registry }),
          },
        };
      },
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

const resolveAt = (server: Server, index: number, data: Config | undefined): DeployedServer => {
  const target = server.target ?? data?.target;
  const settings = { ...server, image: imageOf(server.image, data?.image) };
  return resolve(server.name, settings, { path: `mcp:servers[${index}]`, ...(target && { target }) });
};

/** What reads a server's metrics has to know of it. */
function metricsOf(server: DeployedServer | undefined): Pick<ServerSetting, "metrics"> {
  if (!server?.exposesMetrics) return {};
  const { name, metricsPort, resources } = server;
  return { metrics: { name, metricsPort, memoryLimit: resources.memoryLimit } };
}

const variableProblems = (server: Server | undefined, index: number): Problem[] =>
  server ? validateEnvNames(Object.keys(server.env ?? {}), server.secrets, `mcp:servers[${index}]`) : [];

const REDIS_PORT = 6379;

/** Whether a server of this machine needs a service of a Docker stack. */
const isUsedByProcess = (service: string, { servers }: Config): boolean =>
  servers.some(({ target, services = [] }) => target === Target.Process && services.includes(service));

/** The values under `mcp:`, parsed, whatever project this is. */
function rawConfig(): { values: Record<string, unknown>; problems: Problem[] } {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(pulumi.allConfig())) {
    const [namespace, name = ""] = key.split(/:(.*)/s);
    if (namespace !== "mcp") continue;
    const misplaced = secrecyProblem(key);
    if (misplaced) problems.push(misplaced);
    else values[name] = parse(value);
  }
  return { values, problems };
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
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
