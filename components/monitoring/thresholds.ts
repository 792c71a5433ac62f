import { InvalidInputError, type Problem } from "../server";
import type { Thresholds } from "./settings";

export const DEFAULT_THRESHOLDS: Thresholds = {
  downFor: "1m",
  noReadyReplicaFor: "2m",
  // Agents try tools with arguments that don't fit, and learn from the error: some failing calls are no fault.
  errorRatio: 0.1,
  errorRatioFor: "5m",
  latencySeconds: 5,
  latencyFor: "10m",
  minimumRequests: 10,
  restarts: 3,
  memoryRatio: 0.9,
  memoryFor: "5m",
  sessionGrowth: 20,
  sessionGrowthFor: "1h",
  metricsMissingFor: "2m",
};

const DEFAULTS = new Map<string, string | number>(Object.entries(DEFAULT_THRESHOLDS));
/** Thresholds that are a part of a whole. */
const RATIOS: string[] = ["errorRatio", "memoryRatio"] satisfies (keyof Thresholds)[];

/**
 * All thresholds, those that are not given by their defaults.
 * @throws InvalidInputError when one is none
 */
export function resolveThresholds(given: Partial<Thresholds> = {}): Thresholds {
  const problems = validateThresholds(given);
  if (problems.length > 0) throw new InvalidInputError(problems);
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_THRESHOLDS, ...Object.fromEntries(known) };
}

/** What is wrong with thresholds: Prometheus would refuse all rules for one of them. */
export function validateThresholds(given: Partial<Thresholds>, path = "thresholds"): Problem[] {
  return Object.entries(given).flatMap(([key, value]): Problem[] => {
    const at = `${path}.${key}`;
    const normal = DEFAULTS.get(key);
    if (normal === undefined) {
      return [{ path: at, message: "unknown threshold", got: key, allowed: [...DEFAULTS.keys()].join(", ") }];
    }
    if (value === undefined) return [];
    if (typeof normal === "string") return validateDuration(value, at, normal);
    const isRatio = RATIOS.includes(key);
    if (typeof value === "number" && value > 0 && value <= (isRatio ? 1 : Number.MAX_VALUE)) return [];
    const allowed = isRatio ? "a number above 0, up to 1" : "a number above 0";
    const fix = `leave it out for the default, ${normal}`;
    return [{ path: at, message: "this is no threshold", got: String(value), allowed, fix }];
  });
}

/** A duration as Prometheus has it: whole numbers with units, the larger ones first. */
export function validateDuration(value: unknown, path: string, example: string): Problem[] {
  const pattern = /^(?=\d)(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/;
  if (typeof value === "string" && pattern.test(value)) return [];
  const allowed = "whole numbers with y, w, d, h, m, s or ms, such as 90s, 5m or 1h30m";
  const fix = /^\d+$/.test(String(value)) ? `write ${value}s if seconds were meant` : `write it like ${example}`;
  return [{ path, message: "this is no duration", got: String(value), allowed, fix }];
}
