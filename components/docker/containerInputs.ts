import type * as docker from "@pulumi/docker";
import { bridgeEnv, isBridged } from "../image/bridge";
import { SERVER_LABEL, STACK_LABEL } from "../logging/labels";
import * as pulumi from "../pulumi";
import { type DeployedServer, imageCommand, listenEnv, type McpServerArgs, memoryMiB } from "../server";

/** Containers are published on this machine only, unless another address is chosen. */
export const LOOPBACK = "127.0.0.1";

/** Processes and threads that a container may have at most. */
export const PIDS_LIMIT = 256;

/** Further ones for each session of a bridged server, which is a process of its own. */
const PIDS_OF_SESSION = 16;

export const pidsLimit = (server: DeployedServer): number =>
  PIDS_LIMIT + (isBridged(server) ? PIDS_OF_SESSION * server.bridge.maxSessions : 0);

/** The guidelines' logging: at most 10 MB a file, 3 files. */
const LOGGING = { logDriver: "json-file", logOpts: { "max-size": "10m", "max-file": "3" } };

/**
 * Options of every container. Its name and its port can't be held twice, so an old one goes first. A change of the
 * properties named here would only be written into the state: the provider applies them to a new container alone.
 */
export const CONTAINER_OPTIONS: pulumi.CustomResourceOptions = {
  deleteBeforeReplace: true,
  replaceOnChanges: ["healthcheck", "tmpfs", "init"],
};

/**
 * Options of a volume with data that users would miss. The provider replaces a volume, and loses its data, on any
 * change of its labels, driver or driver options; these are therefore never changed, and on destroy it stays.
 */
export const KEEP_DATA: pulumi.CustomResourceOptions = {
  retainOnDelete: true,
  ignoreChanges: ["labels", "driver", "driverOpts"],
};

/** What no MCP server needs is taken from it: CIS Docker Benchmark 5.3, 5.12, 5.25 and the like. */
export const HARDENING = {
  readOnly: true,
  tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=64m" },
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  privileged: false,
  init: true,
  restart: "unless-stopped",
  ...LOGGING,
};

/** Settings of development, which a variable of the user's own replaces. */
export const DEVELOP_ENV = { DEBUG: "true", LOG_LEVEL: "DEBUG", NODE_ENV: "development" };

/** What a container needs to know of its surroundings. */
export interface Surroundings {
  /** Name of the container, unique on its Docker Engine. */
  containerName: pulumi.Input<string>;
  /** Name of the network it joins; on it the server is reached by its own name. */
  network: pulumi.Input<string>;
  /** Digest or id of the image. */
  image: pulumi.Input<string>;
  /** Volume for /app/logs. */
  logsVolume: pulumi.Input<string>;
}

/** Inputs of a server's container: the guidelines' compose file, hardened. */
export function containerInputs(
  server: DeployedServer,
  { containerName, network, image, logsVolume }: Surroundings,
  variables: Pick<McpServerArgs, "env" | "secrets">,
): docker.ContainerArgs {
  const { resources, port, name } = server;
  const memory = memoryMiB(resources.memoryLimit);
  const command = imageCommand(server);
  return {
    ...HARDENING,
    name: containerName,
    image,
    ...(command.length > 0 && { command }),
    envs: environment(
      { ...(isBridged(server) ? bridgeEnv(server) : listenEnv(server, "0.0.0.0")), ...(server.develop && DEVELOP_ENV) },
      variables,
    ),
    networksAdvanced: [{ name: network, aliases: [name] }],
    ports: [published(port)],
    mounts: [{ type: "volume", source: logsVolume, target: "/app/logs" }],
    labels: [
      { label: SERVER_LABEL, value: name },
      { label: STACK_LABEL, value: pulumi.getStack() },
    ],
    // What reads the log file sees in each line whose it is.
    logOpts: { ...LOGGING.logOpts, labels: `${SERVER_LABEL},${STACK_LABEL}` },
    cpus: cpus(resources.cpuLimit),
    // Docker has no reservation of CPU outside of Swarm; shares are what decides when CPU is short.
    cpuShares: Math.round(resources.cpuReservation * 1024),
    memory,
    // Equal to the limit: no swap. Left out, it comes back as 0 and every second `up` changes the container.
    memorySwap: memory,
    memoryReservation: memoryMiB(resources.memoryReservation),
    stopTimeout: 15,
    destroyGraceSeconds: 15,
  };
}

/** A number of CPUs as Docker's provider reports it: with a point, or every `up` would see a change. */
export const cpus = (count: number): string => (Number.isInteger(count) ? count.toFixed(1) : String(count));

/** A port of the container, published on this machine only. */
export const published = (internal: pulumi.Input<number>, external = internal) => ({
  internal,
  external,
  ip: LOOPBACK,
  protocol: "tcp",
});

/** Variables as Docker takes them, sorted, since the provider keeps a set. All of them are secret as soon as one is. */
export function environment(
  own: Record<string, string>,
  { env, secrets }: Pick<McpServerArgs, "env" | "secrets">,
): pulumi.Output<string[]> {
  const hasSecrets = secrets !== undefined && (pulumi.Output.isInstance(secrets) || Object.keys(secrets).length > 0);
  const list = pulumi.all([env ?? {}, secrets ?? {}]).apply(([plain, secret]) =>
    Object.entries({ ...own, ...plain, ...secret })
      .map(([key, value]) => `${key}=${value}`)
      .sort(),
  );
  return hasSecrets ? pulumi.secret(list) : list;
}
