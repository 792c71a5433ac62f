import { stringify } from "yaml";

/** A document for people to read: no line is broken, and nothing is abbreviated by a reference. */
export const toYaml = (value: unknown): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
