import type { Failure } from "../schema";
import { objectOf, objectsOf, type Properties, UNKNOWN, type Value } from "../values";
import { parseDuration } from "./duration";

/** What the official plugin demands of a container's inputs beyond the schema's types. */
export function checkContainer(inputs: Properties): Failure[] {
  const mounts = objectsOf(inputs.mounts);
  const health = objectOf(inputs.healthcheck);
  return [
    ...pattern("restart", inputs.restart, /^(no|on-failure|always|unless-stopped)$/),
    ...pattern("cpuSet", inputs.cpuSet, /^\d+([,-]\d+)*$/),
    ...COUNTS.flatMap((key) => atLeast(key, inputs[key], 0)),
    ...atLeast("memorySwap", inputs.memorySwap, -1),
    ...["interval", "timeout", "startPeriod", "startInterval"].flatMap((key) => duration(key, health?.[key])),
    ...atLeast("healthcheck.retries", health?.retries, 0),
    ...mounts.flatMap(({ type, bindOptions }, index) => [
      ...pattern(`mounts[${index}].type`, type, /^(bind|volume|tmpfs)$/),
      ...pattern(
        `mounts[${index}].bindOptions.propagation`,
        objectOf(bindOptions)?.propagation,
        /^(private|rprivate|shared|rshared|slave|rslave)$/,
      ),
    ]),
    ...objectsOf(inputs.volumes).flatMap(({ hostPath, selinuxRelabel }, index) => [
      ...absolute(`volumes[${index}].hostPath`, hostPath),
      ...pattern(`volumes[${index}].selinuxRelabel`, selinuxRelabel, /^(z|Z)$/),
    ]),
    ...objectsOf(inputs.uploads).flatMap(({ permissions }, index) =>
      pattern(`uploads[${index}].permissions`, permissions, /^0[0-7]{3}$/),
    ),
    ...["gpus", "deviceRequests"].flatMap((key) =>
      inputs[key] === undefined ? [] : [{ path: key, reason: "the test provider has no GPUs." }],
    ),
  ];
}

const COUNTS = ["memory", "memoryReservation", "shmSize", "cpuShares", "cpuPeriod", "cpuQuota"];

function pattern(path: string, value: Value | undefined, allowed: RegExp): Failure[] {
  if (typeof value !== "string" || value === UNKNOWN || allowed.test(value)) return [];
  return [{ path, reason: `'${value}' doesn't match the pattern '${allowed.source}'.` }];
}

function atLeast(path: string, value: Value | undefined, least: number): Failure[] {
  if (typeof value !== "number" || value >= least) return [];
  return [{ path, reason: `'${value}' cannot be lower than ${least}.` }];
}

function absolute(path: string, value: Value | undefined): Failure[] {
  if (typeof value !== "string" || value === UNKNOWN || /^[a-zA-Z]:[\\/]|^\//.test(value)) return [];
  return [{ path, reason: `'${value}' must be an absolute path.` }];
}

function duration(key: string, value: Value | undefined): Failure[] {
  if (typeof value !== "string" || value === UNKNOWN) return [];
  const path = `healthcheck.${key}`;
  const parsed = parseDuration(value);
  if (parsed === undefined) return [{ path, reason: `'${value}' is not a valid duration.` }];
  return parsed < 0 ? [{ path, reason: `'${value}' duration must not be negative.` }] : [];
}
