/** A request of the protocol, from its arrival to its answer: counted once, timed, and logged. */
import { endpointLabel, errorLabel, methodLabel, UNKNOWN } from "./labels.mjs";
import { isLogged, log, warnOnce } from "./logs.mjs";
import { recordDuration } from "./otel.mjs";
import { settings } from "./settings.mjs";

/** What is called by a name, and where the McpServer of the SDK keeps the names that it has. */
const NAMED = {
  "tools/call": { kind: "tools", registry: "_registeredTools", attribute: "gen_ai.tool.name" },
  "prompts/get": { kind: "prompts", registry: "_registeredPrompts", attribute: "gen_ai.prompt.name" },
};
const LISTED = { "tools/list": "tools", "prompts/list": "prompts" };

/** Names that the server has, as its answers tell. More are not kept: a server may accept any name. */
const known = { tools: new Set(), prompts: new Set() };
const MAX_KNOWN = 2_000;

/** An id is the client's to choose. So much is enough to find a request again. */
const MAX_ID_LENGTH = 64;

/** How many requests are being worked on. */
let running = 0;
export const runningRequests = () => running;

let metrics;
let isServing = false;

/** Begins to count and to log. Before that nothing is: other processes load an SDK, too. */
export function reportTo(to) {
  metrics = to;
  isServing = true;
}

/**
 * A request has come.
 *
 * @param source what may know the names that the server has: an McpServer of the SDK
 */
export function begin({ id, method, params }, source) {
  running += 1;
  return { id, method, params, source, start: performance.now() };
}

/** The server has answered it. */
export function finish(call, { result, error }) {
  const kind = LISTED[call.method];
  if (Array.isArray(result?.[kind])) for (const { name } of result[kind]) learn(kind, name);
  end(call, error ? String(error.code) : result?.isError === true ? "tool_error" : undefined);
}

/** It will not be answered: its client does not want to know any more, or has left. A subscription has no other end. */
export const cancel = (call) => end(call, call.method === "subscriptions/listen" ? undefined : "cancelled");

function end(call, error) {
  running -= 1;
  if (!isServing) return;
  const seconds = (performance.now() - call.start) / 1000;
  const method = methodLabel(call.method);
  const named = NAMED[call.method];
  const name = named && nameOf(call, named, error === undefined);
  const endpoint = named ? endpointLabel(name) : "-";
  const errorType = error && errorLabel(error);
  metrics?.count(method, endpoint, seconds, errorType);
  recordDuration(seconds, method, named?.attribute, endpoint, errorType);
  logRequest(call, method, name, seconds, errorType);
}

/** The name that was called, if the server has it: it has served it, listed it, or registered it. */
function nameOf({ params, source }, { kind, registry }, hasSucceeded) {
  const name = params?.name;
  if (typeof name !== "string") return UNKNOWN;
  if (hasSucceeded) learn(kind, name);
  const registered = source?.[registry];
  return known[kind].has(name) || (registered && Object.hasOwn(registered, name)) ? name : UNKNOWN;
}

function learn(kind, name) {
  if (known[kind].size < MAX_KNOWN && typeof name === "string") known[kind].add(name);
}

function logRequest(call, method, name, seconds, errorType) {
  const isTool = call.method === "tools/call";
  const level = errorType ? "WARNING" : isTool ? "INFO" : "DEBUG";
  if (!isLogged(level)) return;
  log(level, isTool ? "tool called" : "request served", {
    request_id: typeof call.id === "string" ? call.id.slice(0, MAX_ID_LENGTH) : call.id,
    method,
    ...(isTool && { tool: name }),
    duration_seconds: Number(seconds.toFixed(6)),
    ...(errorType ? { outcome: "error", error_type: errorType } : { outcome: "ok" }),
    ...(settings.logsArguments && isTool && { arguments: call.params?.arguments }),
  });
}

/** What is done here must never reach the server. */
export function safely(action, ...args) {
  try {
    return action(...args);
  } catch (error) {
    warnOnce("a request was not counted", error);
  }
}
