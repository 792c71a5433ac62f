/** How the engine marks a secret among the values that it hands over. Source: runtime/rpc.ts of @pulumi/pulumi. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/**
 * Properties that are secret whatever language the program is in, and however it hands them over. By their names, since
 * programs in other languages register resources without this package's classes.
 */
const ALWAYS_SECRET = new Set(["secrets", "secretEnv", "password", "kubeconfig"]);

/** A shorter text may stand in an ordinary word: it is looked for as a whole value only. */
const MIN_PART = 6;

type Values = Record<string, unknown>;

/** What the engine handed over, without its marks. */
export interface Unwrapped {
  plain: Values;
  /** Names of the values that hold a secret anywhere. */
  secret: Set<string>;
  /** The secret texts. One that the program also hands over in clear, as a value or within one, is none. */
  texts: string[];
}

export function unwrap(values: Values = {}): Unwrapped {
  const secret = new Set<string>();
  const hidden = new Set<string>();
  const clear: string[] = [];
  const plain = Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const before = hidden.size;
      const shown = reveal(value, ALWAYS_SECRET.has(name), {
        mark: () => secret.add(name),
        text: (text, isSecret) => (isSecret ? hidden.add(text) : clear.push(text)),
      });
      if (hidden.size > before) secret.add(name);
      return [name, shown];
    }),
  );
  const texts = [...hidden].filter((text) => text !== "" && !clear.some((other) => other.includes(text)));
  return { plain, secret, texts };
}

/**
 * Marks values as secret again, each as a whole: what a provider returns unmarked stands in the state in clear.
 * @param secret names of the values that were secret among the inputs
 * @param texts whatever holds one of them is secret, too
 */
export function wrap(values: Values, { secret, texts }: Pick<Unwrapped, "secret" | "texts">): Values {
  const isSecret = (name: string, value: unknown) =>
    value !== undefined && (secret.has(name) || ALWAYS_SECRET.has(name) || holdsAny(value, texts));
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) =>
      isSecret(name, value) ? [name, { [SIGNATURE]: SECRET, value }] : [name, value],
    ),
  );
}

/** What is seen on the way through a value. */
interface Seen {
  mark(): void;
  text(text: string, isSecret: boolean): void;
}

function reveal(value: unknown, isSecret: boolean, seen: Seen): unknown {
  if (typeof value === "string") seen.text(value, isSecret);
  if (Array.isArray(value)) return value.map((item) => reveal(item, isSecret, seen));
  if (value === null || typeof value !== "object") return value;
  const object = value as Values;
  if (object[SIGNATURE] === SECRET) {
    seen.mark();
    return reveal(object.value, true, seen);
  }
  return Object.fromEntries(
    Object.entries(object).map(([key, item]) => [key, reveal(item, isSecret || ALWAYS_SECRET.has(key), seen)]),
  );
}

function holdsAny(value: unknown, texts: string[]): boolean {
  if (typeof value === "string") {
    return texts.some((text) => value === text || (text.length >= MIN_PART && value.includes(text)));
  }
  return typeof value === "object" && value !== null && Object.values(value).some((item) => holdsAny(item, texts));
}
