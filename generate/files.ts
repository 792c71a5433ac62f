import { SettingsAnalyzer } from "./analyzer";
import { configSchema } from "./configSchema";
import { forSdks, packageSchema, RESOURCES } from "./packageSchema";
import { configPage, referencePages } from "./reference";

/** Folder of the reference; it holds nothing else. */
export const REFERENCE = "docs/reference";

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** All files that are made from the declarations of the settings, by their paths in the repository. */
export function generated(): Record<string, string> {
  const analyzer = new SettingsAnalyzer(RESOURCES);
  const schema = packageSchema(analyzer.analyze());
  const config = analyzer.interfaceOf("config/stackConfig.ts", "StackConfig");
  const pages = Object.entries({ ...referencePages(schema), "config.md": configPage(config) });
  return {
    "schema.json": json(forSdks(schema)),
    "config.schema.json": json(configSchema(config)),
    ...Object.fromEntries(pages.map(([name, text]) => [`${REFERENCE}/${name}`, text])),
  };
}
