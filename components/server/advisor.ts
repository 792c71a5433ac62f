import type { Advice, AdviceContext, AdviceRule, Reason } from "./advice";
import { CONTAINER_RULES } from "./adviceContainer";
import { KUBERNETES_RULES } from "./adviceKubernetes";
import { PROCESS_RULES } from "./adviceProcess";
import { Target } from "./args";
import { sourceCode } from "./imports";
import type { ResolvedServer } from "./resolved";

export type { Advice, AdviceContext, Reason } from "./advice";

/** The guidelines' "When to Containerize" and "When NOT to Containerize", a rule a case. */
export const ADVICE_RULES: AdviceRule[] = [...KUBERNETES_RULES, ...CONTAINER_RULES, ...PROCESS_RULES];

/**
 * Says where a server belongs, by the guidelines: match the complexity of the deployment to the complexity of the server.
 * A decisive reason for Kubernetes wins, then one for Docker. Without either the simplest target that serves is a process,
 * unless more speaks for a container than for a process.
 */
export function advise(server: ResolvedServer, context: AdviceContext = {}): Advice {
  const code = sourceCode(server.inspection, server.runtime === "python" ? "python" : "javascript");
  const facts = { server, context, dependencies: server.dependencies, code };
  const reasons = ADVICE_RULES.flatMap(({ name, target, decisive, find }) =>
    find(facts).map((finding): Reason => ({ rule: name, target, decisive, ...finding })),
  );
  const target = verdict(reasons);
  return { target, summary: summarize(target, reasons), reasons };
}

function verdict(reasons: Reason[]): Target {
  const decided = (target: Target) => reasons.some((reason) => reason.decisive && reason.target === target);
  if (decided(Target.Kubernetes)) return Target.Kubernetes;
  if (decided(Target.Docker)) return Target.Docker;
  const count = (target: Target) => reasons.filter((reason) => reason.target === target).length;
  return count(Target.Docker) > count(Target.Process) ? Target.Docker : Target.Process;
}

function summarize(target: Target, reasons: Reason[]): string {
  const mine = reasons.filter((reason) => reason.target === target);
  const deciding = mine.some(({ decisive }) => decisive) ? mine.filter(({ decisive }) => decisive) : mine;
  const others = reasons.filter((reason) => reason.target !== target);
  const why = deciding.length > 0 ? because(deciding) : "nothing in its files asks for a container";
  return `${target}: ${why}.${others.length > 0 ? ` Against it: ${because(others)}.` : ""}`;
}

function because(reasons: Reason[]): string {
  return [...new Set(reasons.map((reason) => reason.because))].join("; ");
}

/** What to tell a user who chose a target that does not fit. Empty when it fits. */
export function fitWarnings(advice: Advice, chosen: Target): string[] {
  const { target, reasons } = advice;
  const reasonsFor = (wanted: Target) => reasons.filter((reason) => reason.target === wanted);
  const has = (rule: string) => reasons.some((reason) => reason.rule === rule);
  const warnings: string[] = [];
  if (chosen !== target) {
    if (target === Target.Process) {
      const why = reasonsFor(Target.Process);
      const what = why.length > 0 ? because(why) : "nothing in its files asks for a container";
      warnings.push(`${chosen} is more than this server needs; a process would do: ${what}.`);
    } else if (chosen === Target.Process || target === Target.Kubernetes) {
      const decisive = reasonsFor(target).filter((reason) => reason.decisive);
      warnings.push(
        `${chosen} does not fit this server well; ${target} does: ${because(decisive.length > 0 ? decisive : reasonsFor(target))}.`,
      );
    } else if (!has("production")) {
      warnings.push(
        `kubernetes is more than this server needs; docker would do: ${because(reasonsFor(Target.Docker))}.`,
      );
    }
  }
  if (chosen === Target.Kubernetes && has("stdio")) {
    warnings.push(
      "A stdio server serves one client a process and cannot be scaled: in Kubernetes it needs a bridge to Streamable HTTP.",
    );
  }
  return warnings;
}
