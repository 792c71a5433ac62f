import type * as docker from "@pulumi/docker";
import * as pulumi from "../pulumi";
import { listenEnv, type McpServerArgs, memoryMiB, type ResolvedServer, Transport } from "../server";

/** Containers are published on this machine only, unless another address is chosen. */
export const LOOPBACK = "127.0.0.1";

/** Processes and threads that a container may have at most. */
export const PIDS_LIMIT = 256;

/** The guidelines' logging: at most 10 MB a file, 3 files. */
const LOGGING = { logDriver: "json-file", logOpts: { "max-size": "10m", "max-file": "3" } };

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
  server: ResolvedServer,
  { containerName, network, image, logsVolume }: Surroundings,
  variables: Pick<McpServerArgs, "env" | "secrets">,
): docker.ContainerArgs {
  const { resources, port, transport, name } = server;
  const memory = memoryMiB(resources.memoryLimit);
  return {
    ...HARDENING,
    name: containerName,
    image,
    envs: environment(listenEnv(server, "0.0.0.0"), variables),
    networksAdvanced: [{ name: network, aliases: [name] }],
    ports: transport === Transport.Http ? [{ internal: port, external: port, ip: LOOPBACK, protocol: "tcp" }] : [],
    mounts: [{ type: "volume", source: logsVolume, target: "/app/logs" }],
    labels: [{ label: "io.modelcontextprotocol.server.name", value: name }],
    cpus: String(resources.cpuLimit),
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
