import * as pulumi from "../pulumi";
import { advise, fitWarnings } from "./advisor";
import { Target } from "./args";
import { type DeployedServer, hasSource } from "./resolved";

/**
 * Shows what deserves the user's attention: warnings, and that the chosen target does not fit the server. The reasons for
 * that are in the source: without one there is no advice.
 */
export function reportAdvice(
  server: DeployedServer,
  chosen: Target,
  resource: pulumi.Resource,
  replicas?: number,
): void {
  for (const warning of server.warnings) void pulumi.log.warn(warning, resource);
  if (!hasSource(server)) return;
  const stage = chosen === Target.Kubernetes ? "production" : "development";
  const advice = advise(server, { stage, ...(replicas !== undefined && { replicas }) });
  for (const warning of fitWarnings(advice, chosen)) void pulumi.log.warn(warning, resource);
}
