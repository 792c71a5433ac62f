import { packageSchema } from "./packageSchema";
import { referencePages } from "./reference";

/** Folder of the reference; it holds nothing else. */
export const REFERENCE = "docs/reference";

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** All files that are made from the declarations of the settings, by their paths in the repository. */
export function generated(): Record<string, string> {
  const schema = packageSchema();
  const pages = Object.entries(referencePages(schema));
  return {
    "schema.json": json(schema),
    ...Object.fromEntries(pages.map(([name, text]) => [`${REFERENCE}/${name}`, text])),
  };
}
