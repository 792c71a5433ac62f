import { stringify } from "smol-toml";
import type { JsonObject } from "./endpoint";

/** The tables of an entry as text, without a final line end. */
export function renderBlock(serversPath: string[], name: string, entry: JsonObject): string {
  const document = serversPath.reduceRight<JsonObject>((inner, key) => ({ [key]: inner }), { [name]: entry });
  return stringify(document).trimEnd();
}
