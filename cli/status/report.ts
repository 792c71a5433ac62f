/** How a server or service is, in one word. */
export const Health = {
  Healthy: "healthy",
  Unhealthy: "unhealthy",
  Starting: "starting",
  Stopped: "stopped",
  NotDeployed: "not deployed",
} as const;
export type Health = (typeof Health)[keyof typeof Health];

/** Longest wait for an answer, in milliseconds. A busy server on half a core is not an ill one. */
export const ANSWER_MS = 5_000;

/** Why a value can't be had. */
export class Missing {
  constructor(readonly reason: string) {}
}

/** A value, or why it can't be had. */
export type Reading = number | Missing;

/** How a server is, and why when it is not well. */
export interface Condition {
  health: Health | Missing;
  /** What is wrong, as a sentence without a point. */
  reason?: string;
  /** Pods that are ready, of those wanted; in a cluster. */
  ready?: { count: number; wanted: number };
}

/** What was measured. All replicas together, but for `uptimeSeconds`: that of the replica that started last. */
export interface Readings {
  uptimeSeconds: Reading;
  restarts: Reading;
  memoryBytes: Reading;
  memoryLimitBytes: Reading;
  /** Cores in use: 0.25 is a quarter of one. */
  cpuCores: Reading;
  requestsPerSecond: Reading;
  errorsPerSecond: Reading;
}

/** What was found out about one server or service. */
export interface Report extends Condition {
  readings: Readings;
}

/** Names of the readings, in the order of the columns. */
export const READINGS = [
  "uptimeSeconds",
  "restarts",
  "memoryBytes",
  "memoryLimitBytes",
  "cpuCores",
  "requestsPerSecond",
  "errorsPerSecond",
] as const satisfies (keyof Readings)[];

/** Readings of what can't be measured at all. */
export function noReadings(reason: string): Readings {
  const missing = new Missing(reason);
  return Object.fromEntries(READINGS.map((name) => [name, missing])) as Record<keyof Readings, Missing>;
}

/** A report about what does not run at the moment. */
export const notRunning = (condition: Condition, restarts?: number): Report => ({
  ...condition,
  readings: { ...noReadings("it does not run"), ...(restarts !== undefined && { restarts }) },
});

/** The sum of readings; missing as soon as one of them is. */
export function sum(readings: Reading[]): Reading {
  const missing = readings.find((reading) => reading instanceof Missing);
  return missing ?? (readings as number[]).reduce((total, reading) => total + reading, 0);
}

/** Seconds since then; at least 0, as clocks differ. */
export const secondsSince = (time: string | Date, now: number): number =>
  Math.max(0, Math.round((now - new Date(time).getTime()) / 1_000));
