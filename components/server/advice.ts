import type { Target } from "./args";
import type { Dependency } from "./detection";
import type { SourceCode } from "./imports";
import type { ResolvedServer } from "./resolved";

/** What the advice depends on besides the server's own files. */
export interface AdviceContext {
  /** Where the deployment stands. Defaults to unknown, which asks for nothing. */
  stage?: "development" | "production";
  /** Services that are deployed beside the server, such as "redis". */
  services?: string[];
  /** Replicas wanted. Defaults to 1. */
  replicas?: number;
}

/** One reason for a target. */
export interface Reason {
  /** Name of the rule, such as "native-libraries". */
  rule: string;
  /** The target that the reason speaks for. */
  target: Target;
  /** A decisive reason outweighs any number of others for a simpler target. */
  decisive: boolean;
  /** Why, as a sentence. */
  because: string;
  /** What shows it: a file and what in it, or the setting. */
  evidence: string;
}

/** Where a server belongs, and why. */
export interface Advice {
  target: Target;
  /** The verdict with what decided it and what spoke against it, in one or two sentences. */
  summary: string;
  /** All reasons, those against the verdict too. */
  reasons: Reason[];
}

/** What a rule looks at. */
export interface AdviceFacts {
  server: ResolvedServer;
  context: AdviceContext;
  dependencies: Dependency[];
  /** All code of the server's language. */
  code: SourceCode[];
}

/** What a rule found. */
export interface Finding {
  because: string;
  evidence: string;
  /** Overrides the rule's own weight. */
  decisive?: boolean;
}

/** One line of the guidelines as a function of the facts. */
export interface AdviceRule {
  name: string;
  target: Target;
  decisive: boolean;
  find: (facts: AdviceFacts) => Finding[];
}
