/** Label values. They must never be a client's to choose: each new one is a new time series, kept until the process ends. */

/** Methods of requests in all revisions of the protocol so far. */
const METHODS = new Set([
  "completion/complete",
  "initialize",
  "logging/setLevel",
  "ping",
  "prompts/get",
  "prompts/list",
  "resources/list",
  "resources/read",
  "resources/subscribe",
  "resources/templates/list",
  "resources/unsubscribe",
  "server/discover",
  "subscriptions/listen",
  "tasks/cancel",
  "tasks/get",
  "tasks/list",
  "tasks/result",
  "tasks/update",
  "tools/call",
  "tools/list",
]);
export const UNKNOWN = "unknown";
const OTHER = "other";

export const methodLabel = (method) => (METHODS.has(method) ? method : UNKNOWN);

/** Lets a number of distinct values through, and calls all further ones "other". */
function capped(limit) {
  const values = new Set();
  return (value) => {
    if (values.has(value)) return value;
    if (values.size >= limit) return OTHER;
    values.add(value);
    return value;
  };
}

const name = capped(200);
/** For names of tools and prompts. A server may make them up without end. */
export const endpointLabel = (value) => (value === UNKNOWN ? UNKNOWN : name(value));
export const errorLabel = capped(50);
