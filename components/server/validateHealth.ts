import type { Problem } from "../../common/errors";
import type { ServerSettings } from "./resolved";
import { validateHttpPath } from "./validate";

/** Health checks: whole seconds, a time-out that ends before the next check, one retry at least. */
export function validateHealth(health: NonNullable<ServerSettings["health"]>, path = "health"): Problem[] {
  const { readinessPath, livenessPath, intervalSeconds, timeoutSeconds, startPeriodSeconds, retries, command } = health;
  const problems = [
    ...(readinessPath === undefined ? [] : validateHttpPath(readinessPath, `${path}.readinessPath`)),
    ...(livenessPath === undefined ? [] : validateHttpPath(livenessPath, `${path}.livenessPath`)),
    ...validateWhole(intervalSeconds, 1, 3600, `${path}.intervalSeconds`),
    ...validateWhole(timeoutSeconds, 1, 3600, `${path}.timeoutSeconds`),
    ...validateWhole(startPeriodSeconds, 0, 3600, `${path}.startPeriodSeconds`),
    ...validateWhole(retries, 1, 100, `${path}.retries`),
    ...(command?.length === 0 ? [emptyCommand(`${path}.command`)] : []),
  ];
  if (
    problems.length === 0 &&
    timeoutSeconds !== undefined &&
    intervalSeconds !== undefined &&
    timeoutSeconds > intervalSeconds
  ) {
    const message = "a check would still run when the next one starts";
    const allowed = `at most intervalSeconds, ${intervalSeconds}`;
    problems.push({
      path: `${path}.timeoutSeconds`,
      message,
      got: String(timeoutSeconds),
      allowed,
      fix: "lower it, or raise intervalSeconds",
    });
  }
  return problems;
}

/** Longest time that a call of a tool may take. */
export const validateCallTimeout = (seconds: number | undefined, path = "callTimeoutSeconds"): Problem[] =>
  validateWhole(seconds, 1, 3600, path);

const emptyCommand = (path: string): Problem => ({
  path,
  message: "the command is empty",
  allowed: "a program and its arguments",
  fix: 'leave it out, or set it to ["node", "health.js"]',
});

export function validateWhole(value: number | undefined, min: number, max: number, path: string): Problem[] {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return [];
  return [
    { path, message: "this is out of range", got: String(value), allowed: `a whole number from ${min} to ${max}` },
  ];
}
