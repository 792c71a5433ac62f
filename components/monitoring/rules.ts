import { alerts } from "./alerts";
import { recordingRules } from "./recordingRules";
import type { RuleGroup } from "./rule";
import type { RuleSettings } from "./settings";
import { resolveThresholds } from "./thresholds";
import { toYaml } from "./yaml";

/** Where runbooks are, unless they are published: a path in this repository. */
export const DEFAULT_RUNBOOK_BASE = "docs/runbooks";

/**
 * All rules, for Docker and Kubernetes alike.
 * @throws InvalidInputError when a threshold is none
 */
export function ruleGroups(settings: RuleSettings): RuleGroup[] {
  const { servers, labels = {}, runbookBaseUrl = DEFAULT_RUNBOOK_BASE } = settings;
  const thresholds = resolveThresholds(settings.thresholds);
  // Without a server there is nothing to judge, nor to miss.
  if (servers.length === 0) return [];
  // One group: alerts see what was recorded in the same evaluation.
  return [{ name: "mcp", rules: [...recordingRules(servers, labels), ...alerts(thresholds, labels, runbookBaseUrl)] }];
}

/** All rules as a file for `rule_files`. */
export const rulesYaml = (settings: RuleSettings): string => toYaml({ groups: ruleGroups(settings) });
