import * as pulumi from "../pulumi";
import { type DeployedServer, imageCommand, type McpServerArgs, memoryMiB } from "../server";
import { HARDENING, PIDS_LIMIT } from "./containerInputs";

/** How a client starts a server's container: a command and its environment, in which secrets are placeholders. */
export interface ClientLaunch {
  command: pulumi.Output<string>;
  args: pulumi.Output<string[]>;
  env: pulumi.Output<Record<string, string>>;
}

/**
 * `docker run -i` of a stdio server, as hardened as a container that runs all the time. Variables are handed on by name
 * only (`--env NAME`): the arguments of a process can be read by everybody on the machine.
 */
export function clientLaunch(
  server: DeployedServer,
  { image, network }: { image: pulumi.Input<string>; network: pulumi.Input<string> },
  { env, secrets }: Pick<McpServerArgs, "env" | "secrets">,
): ClientLaunch {
  // Only the names are used, and they are none.
  const names = pulumi
    .unsecret(pulumi.all([env ?? {}, secrets ?? {}]))
    .apply(([plain, secret]) => [...new Set([...Object.keys(plain), ...Object.keys(secret)])].sort());
  return {
    command: pulumi.output("docker"),
    args: pulumi
      .all([image, network, names])
      .apply(([image, network, names]) => [
        "run",
        ...flags(server, network),
        ...names.flatMap((name) => ["--env", name]),
        image,
        ...imageCommand(server),
      ]),
    env: pulumi.output(env ?? {}),
  };
}

function flags({ name, resources }: DeployedServer, network: string): string[] {
  const memory = `${memoryMiB(resources.memoryLimit)}m`;
  return [
    ...["-i", "--rm", "--init", "--read-only"],
    ...Object.entries(HARDENING.tmpfs).map(([folder, options]) => `--tmpfs=${folder}:${options}`),
    ...HARDENING.capabilities.drops.map((capability) => `--cap-drop=${capability}`),
    ...HARDENING.securityOpts.map((option) => `--security-opt=${option}`),
    `--pids-limit=${PIDS_LIMIT}`,
    `--memory=${memory}`,
    `--memory-swap=${memory}`,
    `--cpus=${resources.cpuLimit}`,
    `--network=${network}`,
    `--label=io.modelcontextprotocol.server.name=${name}`,
  ];
}
