import type * as docker from "@pulumi/docker";
import * as pulumi from "../pulumi";
import { memoryMiB } from "../server";
import { cpus, environment, HARDENING, published } from "./containerInputs";
import type { McpServiceArgs } from "./mcpService";
import { filesInputs } from "./serviceFiles";

/** Inputs of a service's container. */
export function serviceInputs(
  name: string,
  args: McpServiceArgs,
  {
    containerName,
    image,
    volume,
  }: { containerName: pulumi.Input<string>; image: pulumi.Input<string>; volume?: pulumi.Input<string> },
): docker.ContainerArgs {
  const memory = pulumi.output(args.memoryLimit ?? "512Mi").apply((limit) => memoryMiB(limit) ?? 512);
  return {
    ...HARDENING,
    name: containerName,
    image,
    ...(args.command && { command: args.command }),
    envs: environment({}, args),
    ...(args.files && filesInputs(args, args.files)),
    networksAdvanced: [{ name: args.network, aliases: [name] }],
    readOnly: pulumi.output(args.writable ?? false).apply((writable) => !writable),
    capabilities: {
      drops: ["ALL"],
      adds: pulumi.output(args.capabilities ?? []).apply((names) => [...names].sort().map(withPrefix)),
    },
    ...(args.user && { user: args.user }),
    ...(args.publish !== undefined && {
      ports: [published(args.internalPort ?? args.publish, args.publish)],
    }),
    ...(volume !== undefined && args.volume !== undefined
      ? { mounts: [{ type: "volume", source: volume, target: args.volume }] }
      : {}),
    ...(args.health && {
      healthcheck: {
        tests: pulumi.output(args.health).apply((command) => ["CMD", ...command]),
        interval: "10s",
        timeout: "5s",
        retries: 3,
        startPeriod: "30s",
      },
    }),
    cpus: pulumi.output(args.cpuLimit ?? 0.5).apply(cpus),
    memory,
    memorySwap: memory,
    stopTimeout: 15,
    destroyGraceSeconds: 15,
  };
}

/** Docker reports capabilities with their prefix; without it every `up` would see a change. */
const withPrefix = (name: string): string => (name.startsWith("CAP_") ? name : `CAP_${name}`);
