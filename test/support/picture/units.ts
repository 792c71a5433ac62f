/** A number as Grafana would write it in a unit of its own. */
export function formatted(value: number | undefined, unit = "short"): string {
  if (value === undefined) return "-";
  if (unit === "percentunit") return `${short(value * 100)}%`;
  if (unit === "reqps") return `${short(value)} req/s`;
  if (unit === "bytes") return scaled(value, 1024, ["B", "KiB", "MiB", "GiB"]);
  if (unit === "s") return duration(value);
  return short(value);
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

function scaled(value: number, factor: number, names: string[]): string {
  const power = Math.min(names.length - 1, Math.max(0, Math.floor(Math.log(value || 1) / Math.log(factor))));
  return `${short(value / factor ** power)} ${names[power]}`;
}

function duration(seconds: number): string {
  if (seconds === 0) return "0 s";
  if (seconds < 0.001) return `${short(seconds * 1e6)} µs`;
  if (seconds < 1) return `${short(seconds * 1000)} ms`;
  return seconds < 120 ? `${short(seconds)} s` : `${short(seconds / 60)} min`;
}
