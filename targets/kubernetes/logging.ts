import { McpClusterLogging } from "../../components/kubernetes/logging/mcpClusterLogging";
import type { McpDeployment } from "../../components/kubernetes/mcpDeployment";
import * as pulumi from "../../components/pulumi";
import { shipperPassword } from "../../components/services/logging/gateway";
import type { Settings } from "../../config";
import type { Place } from "./place";

/** Registers the password that the shipper names itself by to a Logstash of the stack's own. */
export function prepareLogs({ destination }: NonNullable<Settings["logging"]>): void {
  if (!destination || !("elasticsearch" in destination)) return;
  shipperPassword(new pulumi.ComponentResource("mcp:index:McpClusterLogging", "logging"));
}

/** What collects the logs of the servers. There is an output where there is something to open. */
export function collectLogs(
  { logging, servers }: Settings,
  { namespace, cluster, provider }: Place,
  deployments: Record<string, McpDeployment>,
): { logging?: object; elasticPassword?: object } {
  if (!logging) return {};
  const { context, keepData, imagePullSecrets } = cluster;
  const { elasticsearchUrl, kibanaUrl, password } = new McpClusterLogging(
    "logging",
    {
      ...logging,
      ...{ namespace, context, keepData, imagePullSecrets },
      // Where one stack shares its namespace with others, it does so in everything.
      fixedNames: servers.every(({ deployment }) => deployment?.fixedNames !== false),
      servers: Object.entries(deployments).map(([name, { deployment }]) => ({ name, deployment })),
    },
    { providers: [provider] },
  );
  if (logging.destination) return {};
  return { logging: { elasticsearch: elasticsearchUrl, kibana: kibanaUrl }, elasticPassword: password };
}
