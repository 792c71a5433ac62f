import type { Operator } from "./lineOperators";

/** Where the file receiver notes a record's file, and its place in it. */
export const FILE_PATH = 'attributes["log.file.path"]';
const OFFSET = 'attributes["log.file.record_offset"]';

/**
 * Puts lines together that the container engine has split, which it does with those of more than 16 KB. Expects
 * `body.log`, `body.stream` and `body.time`.
 * @param isLastEntry whether a part is the last one of its line
 */
export const wholeLines = (isLastEntry: string): Operator[] => [
  { type: "add", field: "attributes.source", value: `EXPR(${FILE_PATH} + body.stream)` },
  {
    type: "recombine",
    combine_field: "body.log",
    combine_with: "",
    is_last_entry: isLastEntry,
    source_identifier: "attributes.source",
    max_log_size: "1mib",
    overwrite_with: "oldest",
  },
  { type: "remove", field: "attributes.source" },
  {
    type: "time_parser",
    parse_from: "body.time",
    layout_type: "gotime",
    layout: "2006-01-02T15:04:05.999999999Z07:00",
  },
  { type: "move", from: "body.time", to: 'attributes["@timestamp"]' },
  { type: "move", from: "body.stream", to: "attributes.stream" },
];

/**
 * Makes a document of the line: its message, and an id that is the same whenever it is sent.
 * @param origin what tells its file from all others of the index
 */
export const asDocument = (origin: string): Operator[] => [
  { type: "move", from: OFFSET, to: "attributes.offset" },
  { type: "remove", field: FILE_PATH },
  {
    type: "add",
    field: "attributes.id",
    value: `EXPR(${origin} + "-" + attributes["@timestamp"] + "-" + string(attributes.offset))`,
  },
  { type: "add", field: "attributes.message", value: 'EXPR(trimSuffix(trimSuffix(body.log, "\\n"), "\\r"))' },
];
