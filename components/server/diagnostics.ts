import * as pulumi from "../pulumi";
import { advise, fitWarnings } from "./advisor";
import { Target } from "./args";
import { type DeployedServer, hasSource, type ResolvedServer } from "./resolved";

/**
 * Shows what deserves the user's attention: warnings always, and in a preview the recommended target with its reasons.
 * The reasons are in the source: without one there is no advice.
 */
export function reportAdvice(
  server: DeployedServer,
  chosen: Target,
  resource: pulumi.Resource,
  replicas?: number,
): void {
  for (const warning of server.warnings) void pulumi.log.warn(warning, resource);
  if (hasSource(server)) reportFit(server, chosen, resource, replicas);
}

function reportFit(server: ResolvedServer, chosen: Target, resource: pulumi.Resource, replicas?: number): void {
  const stage = chosen === Target.Kubernetes ? "production" : "development";
  const advice = advise(server, { stage, ...(replicas !== undefined && { replicas }) });
  for (const warning of fitWarnings(advice, chosen)) void pulumi.log.warn(warning, resource);
  if (!pulumi.isDryRun()) return;
  const reasons = advice.reasons.map(({ target, because, evidence }) => `  ${target}: ${because} (${evidence})`);
  void pulumi.log.info([`Recommended target of ${server.name}: ${advice.target}`, ...reasons].join("\n"), resource);
}
