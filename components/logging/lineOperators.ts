import { NUMBER_FIELDS, TEXT_FIELDS } from "./fields";

/** A step of the collector's file_log receiver. Source: pkg/stanza/docs/operators of opentelemetry-collector-contrib. */
export interface Operator {
  type: string;
  [setting: string]: unknown;
}

/** Numbers of operators are given by hand: the default ids are their types, which must not repeat. */
export const withIds = (operators: Operator[]): Operator[] =>
  operators.map(({ type, ...settings }, index) => ({ type, id: `${index + 1}-${type}`, ...settings }));

/**
 * Makes fields of a line that is an object of JSON; any other stays a message as it is. What servers write under the
 * names of TEXT_FIELDS and NUMBER_FIELDS becomes a field of that name if it is of that type, all else stays in `fields`:
 * so no server can give a field a type that the index refuses.
 */
export function lineOperators(): Operator[] {
  return [
    {
      type: "json_parser",
      if: 'attributes.message startsWith "{"',
      parse_from: "attributes.message",
      parse_to: "attributes.fields",
      parse_ints: true,
      on_error: "send_quiet",
    },
    // As pino and others name it.
    lift("msg", isText("msg"), "message"),
    ...TEXT_FIELDS.map((name) => lift(name, isText(name))),
    ...NUMBER_FIELDS.map((name) => lift(name, `${typeOf(name)} in ["int", "float"]`)),
    { type: "remove", if: "attributes.fields != nil and len(attributes.fields) == 0", field: "attributes.fields" },
  ];
}

const typeOf = (name: string): string => `type(attributes.fields?.${name})`;

const isText = (name: string): string => `${typeOf(name)} == "string"`;

const lift = (name: string, condition: string, to = name): Operator => ({
  type: "move",
  if: condition,
  from: `attributes.fields.${name}`,
  to: `attributes.${to}`,
});
