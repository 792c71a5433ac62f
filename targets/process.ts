import { McpProcess } from "../components/process/mcpProcess";
import type * as pulumi from "../components/pulumi";
import { Target } from "../components/server/args";
import type { ServerSetting, Settings } from "../config";

/** Runs every server of the stack as a local process. */
export function deploy({ servers }: Settings) {
  return { servers: Object.fromEntries(servers.map((server) => [server.name, runProcess(server)])) };
}

/** A server as a local process, and what the stack output `servers` says of it. */
export function runProcess({ name, args }: ServerSetting, dependsOn: pulumi.Resource[] = []): object {
  const process = new McpProcess(name, args, { dependsOn });
  const { transport, url, command, args: commandArgs, tools, toolsDigest } = process;
  return { target: Target.Process, transport, url, command, args: commandArgs, tools, toolsDigest };
}
