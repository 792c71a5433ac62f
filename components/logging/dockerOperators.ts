import { asDocument, FILE_PATH, wholeLines } from "./fileOperators";
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
  // Only the last part of a line ends with a newline.
  ...wholeLines('body.log endsWith "\\n"'),
  { type: "move", from: `body.attrs["${SERVER_LABEL}"]`, to: "attributes.server" },
  { type: "move", from: `body.attrs["${STACK_LABEL}"]`, to: "attributes.stack" },
  // As `docker ps` shows it.
  { type: "add", field: "attributes.container", value: `EXPR(split(${FILE_PATH}, "/")[-2][:12])` },
  ...asDocument("attributes.container"),
];
