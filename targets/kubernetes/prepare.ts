import { McpImage } from "../../components/image";
import { redisPassword } from "../../components/kubernetes/mcpRedisStatefulSet";
import * as pulumi from "../../components/pulumi";
import type { Settings } from "../../config";
import { prepareLogs } from "./logging";

/**
 * Registers only what is made outside the cluster, as `deploy` does: images and generated passwords. For manifests that
 * others apply.
 */
export function prepare({ servers, services, logging }: Settings): void {
  for (const { name, kind } of services) {
    if (kind === "redis") redisPassword(name, new pulumi.ComponentResource("mcp:index:McpRedisStatefulSet", name));
  }
  if (logging) prepareLogs(logging);
  for (const { name, args } of servers) {
    new McpImage(name, args, { parent: new pulumi.ComponentResource("mcp:index:McpDeployment", name) });
  }
}
