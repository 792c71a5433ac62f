import { Document, parse, Scalar, visit } from "yaml";

/** Fields that come first, in this order, as people write them; the others follow by name. */
const FIRST = ["apiVersion", "kind", "metadata", "type", "name", "namespace"];

/** An object as YAML, the same text each time. */
export function toYaml(value: object): string {
  // kubectl reads YAML 1.1, in which `off` and 010 are no texts; others read 1.2.
  const document = new Document(sorted(value), { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "string" && !isPlainText(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0, directives: false });
}

/** Whether a text, written without quotes, is the same text in YAML 1.2. Texts of several lines are quoted by themselves. */
function isPlainText(text: string): boolean {
  if (text.includes("\n")) return true;
  return !/^(=|<<)$/.test(text) && typeof parse(text, { logLevel: "silent" }) === "string";
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const rank = (key: string) => (FIRST.indexOf(key) + FIRST.length + 1) % (FIRST.length + 1);
  const keys = Object.keys(value).sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
  return Object.fromEntries(keys.map((key) => [key, sorted((value as Record<string, unknown>)[key])]));
}
