/** How soon somebody should look. */
export const AlertSeverity = {
  /** Clients can't use a server, or nobody would know: now. */
  Critical: "critical",
  /** Clients notice, or soon will: today. */
  Warning: "warning",
} as const;
export type AlertSeverity = (typeof AlertSeverity)[keyof typeof AlertSeverity];

/** A rule that keeps the answer to a query as series of its own. */
export interface RecordingRule {
  record: string;
  expr: string;
  labels?: { [label: string]: string };
}

/** A rule that fires for each series of the answer to a query. */
export interface AlertingRule {
  alert: string;
  expr: string;
  /** How long the answer has to last. Defaults to not at all. */
  for?: string;
  labels: { severity: AlertSeverity };
  annotations: { summary: string; description: string; runbook_url: string };
}

/** Rules that are evaluated together, in order: also what `spec.groups` of a PrometheusRule holds. */
export interface RuleGroup {
  name: string;
  rules: (RecordingRule | AlertingRule)[];
}
