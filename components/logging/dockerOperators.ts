import { SERVER_LABEL, STACK_LABEL } from "./labels";
import type { Operator } from "./lineOperators";

/** Files of Docker's json-file driver in the folder of the containers, those that it rotated away included. */
export const dockerFiles = (folder: string): string[] => [`${folder}/*/*-json.log`, `${folder}/*/*-json.log.*`];

const LABELS = "(body.attrs ?? {})";

/**
 * Reads lines of Docker's json-file driver: `{"log":"...\n","stream":"stdout","attrs":{...},"time":"..."}`. Labels stand in
 * `attrs` where the container's option `labels` names them, so that the Docker socket is not needed. Only servers of
 * the stack are taken: not its services, not other stacks, and not stdio servers of clients, whose stdout is the protocol.
 */
export const dockerOperators = (stack: string): Operator[] => [
  // Not JSON only where the machine's disk failed; whose line it was is not known then.
  { type: "json_parser", parse_to: "body", on_error: "drop_quiet" },
  {
    type: "filter",
    expr: `${LABELS}["${STACK_LABEL}"] != ${JSON.stringify(stack)} or ${LABELS}["${SERVER_LABEL}"] == nil`,
  },
  // The engine splits a line of more than 16 KB; only its last part ends with a newline.
  { type: "add", field: "attributes.source", value: 'EXPR(attributes["log.file.path"] + body.stream)' },
  {
    type: "recombine",
    combine_field: "body.log",
    combine_with: "",
    is_last_entry: 'body.log endsWith "\\n"',
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
  { type: "move", from: `body.attrs["${SERVER_LABEL}"]`, to: "attributes.server" },
  { type: "move", from: `body.attrs["${STACK_LABEL}"]`, to: "attributes.stack" },
  { type: "move", from: "body.stream", to: "attributes.stream" },
  // As `docker ps` shows it.
  { type: "add", field: "attributes.container", value: 'EXPR(split(attributes["log.file.path"], "/")[-2][:12])' },
  { type: "move", from: 'attributes["log.file.record_offset"]', to: "attributes.offset" },
  { type: "remove", field: 'attributes["log.file.path"]' },
  {
    type: "add",
    field: "attributes.id",
    value: 'EXPR(attributes.container + "-" + attributes["@timestamp"] + "-" + string(attributes.offset))',
  },
  { type: "add", field: "attributes.message", value: 'EXPR(trimSuffix(trimSuffix(body.log, "\\n"), "\\r"))' },
];
