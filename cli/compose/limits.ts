import { DEFAULTS } from "../../components/server/defaults";
import { parseMemory } from "../../components/server/memory";
import { asMapping, type Mapping } from "./composeFile";
import type { ServiceReader } from "./reader";
import { cores, memory } from "./values";

/** CPU and memory, as the config has them. */
export interface Limits {
  cpuLimit?: number;
  memoryLimit?: string;
  cpuReservation?: number;
  memoryReservation?: string;
}

/**
 * Reads `deploy.resources` and the older keys `cpus`, `mem_limit` and `mem_reservation`, which it outranks.
 *
 * @param defaults what holds where the file sets no limit, for the note that says so
 */
export function readLimits(reader: ServiceReader, defaults?: { memory: string; field: string }): Limits {
  const { resources, ...deploy } = asMapping(reader.take("deploy")) ?? {};
  const { limits, reservations } = asMapping(resources) ?? {};
  const [most, kept] = [asMapping(limits) ?? {}, asMapping(reservations) ?? {}];
  noteRestOfDeploy(reader, deploy, most, kept);
  const found = {
    cpuLimit: read(reader, "cpus", most.cpus ?? reader.take("cpus"), cores),
    memoryLimit: read(reader, "mem_limit", most.memory ?? reader.take("mem_limit"), memory),
    cpuReservation: read(reader, "deploy.resources.reservations.cpus", kept.cpus, cores),
    memoryReservation: read(reader, "mem_reservation", kept.memory ?? reader.take("mem_reservation"), memory),
  };
  for (const key of ["cpus", "mem_limit", "mem_reservation"]) reader.take(key);
  if (defaults && found.cpuLimit === undefined && found.memoryLimit === undefined) {
    const why = `it may use at most ${defaults.memory} and 0.5 CPU`;
    reader.note("mem_limit", "none", why, `set \`${defaults.field}\` if it needs more`);
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** Limits below what is set aside by default: then no more is set aside than may be used. */
export function withReservations(limits: Limits): Limits {
  const { cpuLimit, memoryLimit, cpuReservation, memoryReservation } = limits;
  const { resources } = DEFAULTS;
  const isLittle =
    (parseMemory(memoryLimit ?? resources.memoryLimit) ?? 0) < (parseMemory(resources.memoryReservation) ?? 0);
  return {
    ...limits,
    ...(cpuLimit !== undefined && cpuReservation === undefined && cpuLimit < resources.cpuReservation
      ? { cpuReservation: cpuLimit }
      : {}),
    ...(memoryLimit !== undefined && memoryReservation === undefined && isLittle
      ? { memoryReservation: memoryLimit }
      : {}),
  };
}

function read<T>(reader: ServiceReader, key: string, value: unknown, parse: (value: unknown) => T | undefined) {
  if (value === undefined || value === null || value === 0) return undefined;
  const parsed = parse(value);
  if (parsed === undefined) reader.note(key, value, "this amount is not understood", "set it in the config");
  return parsed;
}

function noteRestOfDeploy(reader: ServiceReader, deploy: Mapping, most: Mapping, kept: Mapping): void {
  const { replicas = 1, restart_policy: restart, ...others } = deploy;
  if (replicas !== 1) {
    reader.note(
      "deploy.replicas",
      replicas,
      "every entry is one container",
      "add an entry for each, or use Kubernetes",
    );
  }
  if (restart !== undefined) {
    reader.note("deploy.restart_policy", restart, "containers restart unless they are stopped", "nothing to do");
  }
  for (const [key, value] of Object.entries(others)) {
    reader.note(`deploy.${key}`, value, "that is a matter of Swarm", "leave it out");
  }
  if (most.pids !== undefined && most.pids !== 256) {
    const why = "a container may have 256 processes and threads";
    reader.note("deploy.resources.limits.pids", most.pids, why, "nothing to do, unless it needs more");
  }
  for (const key of ["devices", "generic_resources"]) {
    if (kept[key] === undefined) continue;
    const why = "containers get no devices of the machine";
    reader.note(`deploy.resources.reservations.${key}`, kept[key], why, "run what needs one outside this stack");
  }
}
