import * as pulumi from "../pulumi";
import { advise, fitWarnings } from "./advisor";
import { Target } from "./args";
import type { ResolvedServer } from "./resolved";

/** Shows what deserves the user's attention: warnings always, and in a preview the recommended target with its reasons. */
export function reportAdvice(
  server: ResolvedServer,
  chosen: Target,
  resource: pulumi.Resource,
  replicas?: number,
): void {
  const stage = chosen === Target.Kubernetes ? "production" : "development";
  const advice = advise(server, { stage, ...(replicas !== undefined && { replicas }) });
  const warnings = [...server.warnings, ...fitWarnings(advice, chosen)];
  for (const warning of warnings) void pulumi.log.warn(warning, resource);
  if (!pulumi.isDryRun()) return;
  const reasons = advice.reasons.map(({ target, because, evidence }) => `  ${target}: ${because} (${evidence})`);
  void pulumi.log.info([`Recommended target of ${server.name}: ${advice.target}`, ...reasons].join("\n"), resource);
}
