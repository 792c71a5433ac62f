/** The value of the label `job` on the series of all servers. */
export const JOB = "mcp";

/** Labels by which a stack's series are told from those of others in the same Prometheus. */
export interface StackLabels {
  [label: string]: string;
}

/** Labels as PromQL selects by them, without braces. */
export const matchers = (labels: StackLabels): string =>
  Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(",");

/** What the rules have recorded for this stack. */
export const recorded = (name: string, labels: StackLabels): string =>
  Object.keys(labels).length === 0 ? name : `${name}{${matchers(labels)}}`;
