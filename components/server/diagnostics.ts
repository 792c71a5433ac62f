import * as pulumi from "@pulumi/pulumi";
import { advise, fitWarnings } from "./advisor";
import { Target } from "./args";
import type { ResolvedServer } from "./resolved";

/** Shows where the server belongs: the advice with its reasons in a preview, a warning whenever the chosen target does not fit. */
export function reportAdvice(server: ResolvedServer, chosen: Target, resource: pulumi.Resource): void {
  const advice = advise(server, { stage: chosen === Target.Kubernetes ? "production" : "development" });
  for (const warning of fitWarnings(advice, chosen)) void pulumi.log.warn(warning, resource);
  if (!pulumi.runtime.isDryRun()) return;
  const reasons = advice.reasons.map(({ because, evidence }) => `  - ${because} (${evidence})`).join("\n");
  void pulumi.log.info(`Recommended target: ${advice.target}\n${reasons}`, resource);
}
