import type { AdviceFacts, AdviceRule, Finding } from "./advice";
import { Target, Transport } from "./args";

const STATELESS = [
  /\bstateless(?:_http)?\s*=\s*True\b/,
  /\bsessionIdGenerator\s*:\s*undefined\b/,
  /\bcreateMcpHandler\s*\(/,
];

/** Scaling and orchestration, under "Production Deployment" of the guidelines. */
export const KUBERNETES_RULES: AdviceRule[] = [
  { name: "replicas", target: Target.Kubernetes, decisive: true, find: replicas },
  { name: "stateless-in-production", target: Target.Kubernetes, decisive: true, find: statelessInProduction },
];

function replicas({ context }: AdviceFacts): Finding[] {
  const count = context.replicas ?? 1;
  return count > 1
    ? [
        {
          because: `${count} replicas need an orchestrator that balances and replaces them`,
          evidence: `replicas: ${count}`,
        },
      ]
    : [];
}

function statelessInProduction({ context, server, code }: AdviceFacts): Finding[] {
  if (context.stage !== "production" || server.transport !== Transport.Http) return [];
  for (const { path, code: source } of code) {
    const match = STATELESS.map((pattern) => pattern.exec(source.text)).find((found) => found !== null);
    if (match) {
      const because = "a stateless HTTP server in production scales by replicas alone";
      return [{ because, evidence: `${path}: ${match[0].replace(/\s*\($/, "()")}` }];
    }
  }
  return [];
}
