import { asList } from "./composeFile";

/** A text with compose's interpolations worked out as far as the file says. */
export interface Interpolated {
  /** With defaults filled in and `$$` as `$`; what has no default stays as it was. */
  text: string;
  /** Variables whose values come from the environment alone. */
  unknown: string[];
  /** Variables that got their default. */
  defaulted: string[];
}

// $$, $NAME, ${NAME}, ${NAME:-default} with the operators - ? + and their forms with a colon; one level of nesting.
const VARIABLE = /\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-?+])((?:[^{}]|\{[^{}]*\})*))?\})/g;

/** Works out the interpolations of a text. Source: https://docs.docker.com/reference/compose-file/interpolation/ */
export function interpolate(value: unknown): Interpolated {
  const unknown: string[] = [];
  const defaulted: string[] = [];
  const text = String(value).replace(VARIABLE, (whole, dollar, bare, braced, operator = "", rest = "") => {
    if (dollar) return "$";
    const name: string = bare ?? braced;
    if (operator.endsWith("+")) return "";
    if (!operator.endsWith("-")) {
      unknown.push(name);
      return whole;
    }
    defaulted.push(name);
    const inner = interpolate(rest);
    unknown.push(...inner.unknown);
    return inner.text;
  });
  return { text, unknown, defaulted };
}

/** A duration such as "1m30s" in whole seconds, rounded up; undefined for what is none. */
export function seconds(value: unknown): number | undefined {
  const units: Record<string, number> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600, d: 86_400 };
  const text = interpolate(value).text.trim();
  if (!/^(\d+(\.\d+)?(us|ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h|d)/g)) {
    total += Number(amount) * (units[unit] ?? 0);
  }
  return Math.ceil(total);
}

/** Memory such as "512M", "1gb" or bytes as a quantity; undefined for what is none. Compose counts in powers of 1024. */
export function memory(value: unknown): string | undefined {
  const [, amount = "", unit = ""] =
    /^(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?$/i.exec(interpolate(value).text.trim()) ?? [];
  if (amount === "") return undefined;
  const prefix = unit.toUpperCase();
  if (["K", "M", "G", "T"].includes(prefix)) return `${amount}${prefix}i`;
  const bytes = Math.ceil(Number(amount));
  return bytes % 1024 ** 2 === 0 ? `${bytes / 1024 ** 2}Mi` : String(bytes);
}

/** Cores such as '0.5'; undefined for what is none. */
export function cores(value: unknown): number | undefined {
  const text = interpolate(value).text.trim();
  return /^\d+(\.\d+)?$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

/** A command as words: a list as it is, a text split as a shell would, without expanding anything. */
export function words(value: unknown): string[] {
  if (Array.isArray(value)) return asList(value).map(String);
  return [...String(value).matchAll(/(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(?:[^\s"'\\]|\\.)+)+/gs)].map(([word]) =>
    word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs, (_, double, single, escaped) =>
      double !== undefined ? double.replace(/\\(["\\$`])/g, "$1") : (single ?? escaped),
    ),
  );
}
