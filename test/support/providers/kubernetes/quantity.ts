// Kubernetes' quantities, such as "500m" and "1Gi", in the one form that the API server gives them back in.
// Source: k8s.io/apimachinery/pkg/api/resource/quantity.go, "Before serializing, Quantity will be put in canonical form".

const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const UNIT = 3; // Place of "" in DECIMAL.
const NANO = 1_000_000_000n;

const FORM = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([KMGTPE]i)|([numkMGTPE]?)|(e)([+-]?\d+))$/;

/** The canonical form: "0.5" is "500m", "1024Mi" is "1Gi". What is no quantity stays as it is. */
export function canonicalQuantity(text: string): string {
  const [, sign = "", digits = "", binary, decimal = "", exponential, exponent = "0"] = FORM.exec(text) ?? [];
  if (digits === "") return text;
  const [whole = "", fraction = ""] = digits.split(".");
  const number = BigInt(whole + fraction || "0") * NANO;
  const scale = 10n ** BigInt(fraction.length);
  const nanos = (factor: bigint, divisor = 1n) => divideUp(number * factor, scale * divisor);
  const minus = sign === "-" ? "-" : "";
  if (binary !== undefined) {
    const value = nanos(1024n ** BigInt(BINARY.indexOf(binary)));
    return minus + (value < 1024n * NANO ? decimalForm(value) : binaryForm(value));
  }
  const power = exponential === undefined ? (DECIMAL.indexOf(decimal) - UNIT) * 3 : Number(exponent);
  const value = power < 0 ? nanos(1n, 10n ** BigInt(-power)) : nanos(10n ** BigInt(power));
  return minus + (exponential === undefined ? decimalForm(value) : exponentForm(value));
}

const divideUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by;

/** The number of a value in billionths, and the power of a thousand that it is multiplied by. */
function thousands(nanos: bigint): [bigint, number] {
  let [value, place] = [nanos, 0];
  while (value !== 0n && value % 1000n === 0n && place < DECIMAL.length - 1)
    [value, place] = [value / 1000n, place + 1];
  return value === 0n ? [0n, UNIT] : [value, place];
}

function decimalForm(nanos: bigint): string {
  const [value, place] = thousands(nanos);
  return `${value}${DECIMAL[place]}`;
}

function exponentForm(nanos: bigint): string {
  const [value, place] = thousands(nanos);
  return place === UNIT ? `${value}` : `${value}e${(place - UNIT) * 3}`;
}

function binaryForm(nanos: bigint): string {
  if (nanos % NANO !== 0n) return decimalForm(nanos);
  let [value, place] = [nanos / NANO, 0];
  while (value % 1024n === 0n && place < BINARY.length - 1) [value, place] = [value / 1024n, place + 1];
  return `${value}${BINARY[place]}`;
}
