import type * as docker from "@pulumi/docker";
import * as pulumi from "../pulumi";
import { memoryMiB } from "../server";
import { cpus, environment, HARDENING, published } from "./containerInputs";
import type { McpServiceArgs } from "./serviceArgs";
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
    ...(args.tmpfs && { tmpfs: pulumi.output(args.tmpfs).apply((own) => ({ ...HARDENING.tmpfs, ...own })) }),
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
    ...mounts(args, volume),
    ...(args.health && {
      healthcheck: {
        tests: pulumi.output(args.health).apply((command) => ["CMD", ...command]),
        interval: "10s",
        timeout: "5s",
        retries: 3,
        startPeriod: pulumi.output(args.startSeconds ?? 30).apply(duration),
      },
    }),
    cpus: pulumi.output(args.cpuLimit ?? 0.5).apply(cpus),
    memory,
    memorySwap: memory,
    stopTimeout: 15,
    destroyGraceSeconds: 15,
  };
}

/** The service's volume, and folders of this machine. */
function mounts(
  { volume: target, hostFolders }: McpServiceArgs,
  volume: pulumi.Input<string> | undefined,
): Pick<docker.ContainerArgs, "mounts"> {
  const own = volume !== undefined && target !== undefined ? [{ type: "volume", source: volume, target }] : [];
  if (!hostFolders) return own.length > 0 ? { mounts: own } : {};
  return {
    mounts: pulumi.all([pulumi.output(own), hostFolders]).apply(([own, folders]) => [
      ...own,
      ...Object.entries(folders)
        .sort()
        .map(([target, source]) => ({ type: "bind", source, target, readOnly: true })),
    ]),
  };
}

/** Seconds as Docker reports them: "30s", "3m0s". Otherwise every `up` would see a change. */
const duration = (seconds: number): string =>
  seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;

/** Docker reports capabilities with their prefix; without it every `up` would see a change. */
const withPrefix = (name: string): string => (name.startsWith("CAP_") ? name : `CAP_${name}`);
