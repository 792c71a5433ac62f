const UNITS: { [unit: string]: number } = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** A memory quantity in bytes, as Kubernetes reads it; undefined for what is none, "512m" (thousandths of a byte) included. */
export function parseMemory(quantity: string): number | undefined {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|k|M|G|T)?$/.exec(String(quantity)) ?? [];
  const factor = UNITS[unit];
  return amount === undefined || factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

/** A memory quantity in whole MiB, rounded up: what the Docker provider calls MB. Undefined for what is no quantity. */
export function memoryMiB(quantity: string): number | undefined {
  const bytes = parseMemory(quantity);
  return bytes === undefined ? undefined : Math.ceil(bytes / 1024 ** 2);
}
