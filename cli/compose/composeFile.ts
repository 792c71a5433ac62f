import { LineCounter, parseDocument } from "yaml";
import { InvalidInputError } from "../../common/errors";

/** A mapping of YAML. */
export type Mapping = Record<string, unknown>;

/** A compose file: its services, and the other keys of its top level. */
export interface ComposeFile {
  services: Record<string, Mapping>;
  top: Mapping;
}

/**
 * Reads a compose file. Anchors and merge keys are resolved, interpolations are left as they are.
 *
 * @param file its name, for messages
 * @throws InvalidInputError with line and column where the YAML is broken
 */
export function readCompose(text: string, file: string): ComposeFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { merge: true, lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new InvalidInputError(
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { path: `${file}:${line}:${col}`, message: "this is no valid YAML", got: error.message };
      }),
    );
  }
  const { services, ...top } = asMapping(document.toJS()) ?? {};
  const found = asMapping(services);
  if (found === undefined || Object.keys(found).length === 0) {
    throw new InvalidInputError([
      {
        path: `${file}.services`,
        message: found === undefined ? "there is no mapping of services" : "there are no services",
        allowed: "a compose file: https://docs.docker.com/reference/compose-file/",
      },
    ]);
  }
  const problems = Object.entries(found).flatMap(([name, service]) =>
    asMapping(service) ? [] : [{ path: `${file}.services.${name}`, message: "this is no mapping" }],
  );
  if (problems.length > 0) throw new InvalidInputError(problems);
  return { services: found as Record<string, Mapping>, top };
}

export function asMapping(value: unknown): Mapping | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Mapping) : undefined;
}

/** A list, or one text as a list of it; what compose allows for tmpfs, env_file and the like. */
export function asList(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Pairs of what compose takes as a mapping or as a list of `NAME=value`. A name without a value has undefined. */
export function asPairs(value: unknown): [name: string, value: string | undefined][] {
  const mapping = asMapping(value);
  if (mapping) return Object.entries(mapping).map(([name, item]) => [name, isNothing(item) ? undefined : String(item)]);
  return asList(value).map((item) => {
    const [, name = "", rest] = /^([^=]*)(?:=(.*))?$/s.exec(String(item)) ?? [];
    return [name, rest];
  });
}

const isNothing = (value: unknown): boolean => value === undefined || value === null;
