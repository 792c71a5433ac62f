import type { Problem } from "../../common/errors";
import { parseMemory } from "./memory";
import type { ServerSettings } from "./resolved";

/** CPU in cores: the finest step is a thousandth, as in Kubernetes. */
export function validateCpu(cores: number, path: string): Problem[] {
  const thousandths = cores * 1000;
  const isFine =
    typeof cores === "number" && cores > 0 && cores <= 512 && Math.abs(thousandths - Math.round(thousandths)) < 1e-6;
  if (isFine) return [];
  const milli = /^(\d+)m$/.exec(String(cores))?.[1];
  const fix = milli && `write ${Number(milli) / 1000}`;
  const allowed = "cores as a number, 0.001 to 512, in steps of 0.001";
  return [{ path, message: "this is no amount of CPU", got: String(cores), allowed, ...(fix && { fix }) }];
}

/** A memory quantity such as "512Mi", at least 6Mi: Docker refuses less. */
export function validateMemory(quantity: string, path: string): Problem[] {
  const bytes = parseMemory(quantity);
  const got = String(quantity);
  const allowed = 'a number with Ki, Mi, Gi, Ti, k, M, G or T, such as "512Mi" or "1Gi"; at least 6Mi';
  if (bytes === undefined) {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt])i?b?$/i.exec(got.trim()) ?? [];
    const fix = amount && unit && `write "${amount}${unit.toUpperCase()}i"`;
    return [{ path, message: "this is no memory quantity", got, allowed, ...(fix && { fix }) }];
  }
  if (bytes >= 6 * 1024 ** 2) return [];
  const isBare = /^\d+$/.test(got);
  const fix = isBare ? `write "${got}Mi" if megabytes were meant` : 'start with "256Mi"';
  return [{ path, message: "this is less memory than a container can have", got, allowed, fix }];
}

/** CPU and memory, each valid by itself and no limit below its reservation. */
export function validateResources(resources: NonNullable<ServerSettings["resources"]>, path = "resources"): Problem[] {
  const { cpuLimit, cpuReservation, memoryLimit, memoryReservation } = resources;
  const problems = [
    ...(cpuLimit === undefined ? [] : validateCpu(cpuLimit, `${path}.cpuLimit`)),
    ...(cpuReservation === undefined ? [] : validateCpu(cpuReservation, `${path}.cpuReservation`)),
    ...(memoryLimit === undefined ? [] : validateMemory(memoryLimit, `${path}.memoryLimit`)),
    ...(memoryReservation === undefined ? [] : validateMemory(memoryReservation, `${path}.memoryReservation`)),
  ];
  if (problems.length > 0) return problems;
  if (cpuLimit !== undefined && cpuReservation !== undefined && cpuReservation > cpuLimit) {
    problems.push(overLimit(`${path}.cpuReservation`, "CPU", String(cpuReservation), String(cpuLimit)));
  }
  const [limit, reservation] = [parseMemory(memoryLimit ?? ""), parseMemory(memoryReservation ?? "")];
  if (limit !== undefined && reservation !== undefined && reservation > limit) {
    problems.push(overLimit(`${path}.memoryReservation`, "memory", `${memoryReservation}`, `${memoryLimit}`));
  }
  return problems;
}

function overLimit(path: string, what: string, got: string, limit: string): Problem {
  const message = `more ${what} is set aside than the server may use`;
  return {
    path,
    message,
    got,
    allowed: `at most the limit, ${limit}`,
    fix: `lower it to ${limit}, or raise the limit`,
  };
}
