import { type Problem, parseMemory } from "../server";

const UNITS = ["B", "K", "M", "G", "T", "P", "E"];

/** Size of the volume of a Prometheus in a cluster, unless another is given. */
export const VOLUME_SIZE = "4Gi";

/** Part of its volume that the data of a Prometheus may fill. Source: prometheus.io/docs/prometheus/latest/storage, "Right-sizing retention size". */
const USABLE = 0.85;

/** A size as Prometheus writes it, in bytes: its units are powers of 1024. Undefined for what is none. */
export function retentionBytes(size: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(B|[KMGTPE](?=i?B$))/.exec(size) ?? [];
  return amount === undefined || unit === undefined ? undefined : Number(amount) * 1024 ** UNITS.indexOf(unit);
}

/** Prometheus ends at once with a size that it can't read. */
export function validateRetentionSize(size: string, path: string): Problem[] {
  if (retentionBytes(size) !== undefined) return [];
  const allowed = 'a number with B, KB, MB, GB, TB, PB or EB, such as "2GB"';
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([kmgtpe])i?b?$/i.exec(size.trim()) ?? [];
  const fix = amount && unit && `write "${amount}${unit.toUpperCase()}B"`;
  return [{ path, message: "this is no size of data", got: size, allowed, ...(fix && { fix }) }];
}

/** Data that would fill its volume: Prometheus could write nothing any more, nor remove the oldest. A size that is none is no such problem. */
export function volumeProblems(retentionSize: string, volumeSize: string, path: string): Problem[] {
  const [data, volume] = [retentionBytes(retentionSize), parseMemory(volumeSize)];
  const at = `${path}.volumeSize`;
  if (volume === undefined) {
    return [
      { path: at, message: "this is no size of a volume", got: volumeSize, allowed: 'a quantity, such as "4Gi"' },
    ];
  }
  if (data === undefined || data <= volume * USABLE) return [];
  return [
    {
      path: at,
      message: `data of ${retentionSize} would fill it, and Prometheus could write nothing any more`,
      got: volumeSize,
      allowed: `at least ${Math.ceil(data / USABLE / 1024 ** 3)}Gi: the data may fill 85% of it`,
      fix: "set a larger volumeSize, or a smaller retentionSize",
    },
  ];
}
