/** A request of the protocol, from its arrival to its answer: counted once, timed, and logged. */
import { endpointLabel, errorLabel, methodLabel, UNKNOWN } from "./labels.mjs";
import { isLogged, log, warnOnce } from "./logs.mjs";
import { recordDuration } from "./otel.mjs";
import { settings } from "./settings.mjs";
import { together } from "./together.mjs";

/** What is called by a name, and where the McpServer of the SDK keeps the names that it has. */
const NAMED = {
  __proto__: null,
  "tools/call": { kind: "tools", registry: "_registeredTools", attribute: "gen_ai.tool.name" },
  "prompts/get": { kind: "prompts", registry: "_registeredPrompts", attribute: "gen_ai.prompt.name" },
};
const LISTED = { __proto__: null, "tools/list": "tools", "prompts/list": "prompts" };

/** Names that the server has, as its answers tell. More are not kept: a server may accept any name. */
const known = { tools: new Set(), prompts: new Set() };
const MAX_KNOWN = 2_000;

/** An id is the client's to choose. So much is enough to find a request again. */
const MAX_ID_LENGTH = 64;

/** How many requests are being worked on. */
let running = 0;
export const runningRequests = () => running;

const ended = together((all) => {
  for (const one of all) safely(tell, one);
});
/** Counts now what has ended so far. */
export const settle = ended.flush;

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
  if (kind !== undefined && Array.isArray(result?.[kind])) for (const { name } of result[kind]) learn(kind, name);
  end(call, error ? String(error.code) : result?.isError === true ? "tool_error" : undefined);
}

/** It will not be answered: its client does not want to know any more, or has left. A subscription has no other end. */
export const cancel = (call) => end(call, call.method === "subscriptions/listen" ? undefined : "cancelled");

function end(call, error) {
  running -= 1;
  if (!isServing) return;
  const { id, method, params } = call;
  // Nothing of the request itself, nor of its server: what is kept even for 20 ms is work for the collector.
  ended.add({
    id,
    method,
    name: method in NAMED ? nameOf(call, error === undefined) : undefined,
    seconds: (performance.now() - call.start) / 1000,
    time: Date.now(),
    error,
    arguments: settings.logsArguments ? params?.arguments : undefined,
  });
}

/** The name that was called, if the server has it: it has served it, listed it, or registered it. */
function nameOf({ method, params, source }, hasSucceeded) {
  const { kind, registry } = NAMED[method];
  const name = params?.name;
  if (typeof name !== "string") return UNKNOWN;
  if (hasSucceeded) learn(kind, name);
  const registered = source?.[registry];
  return known[kind].has(name) || (registered && Object.hasOwn(registered, name)) ? name : UNKNOWN;
}

function learn(kind, name) {
  if (known[kind].size < MAX_KNOWN && typeof name === "string") known[kind].add(name);
}

function tell(request) {
  const { name, seconds } = request;
  const method = methodLabel(request.method);
  const endpoint = name === undefined ? "-" : endpointLabel(name);
  const errorType = request.error && errorLabel(request.error);
  metrics?.count(method, endpoint, seconds, errorType);
  recordDuration(seconds, method, NAMED[method]?.attribute, endpoint, errorType);
  logRequest(request, method, errorType);
}

function logRequest({ id, name, seconds, time, arguments: given }, method, errorType) {
  const isTool = method === "tools/call";
  const level = errorType ? "WARNING" : isTool ? "INFO" : "DEBUG";
  if (!isLogged(level)) return;
  const fields = { request_id: typeof id === "string" ? id.slice(0, MAX_ID_LENGTH) : id, method };
  if (isTool) fields.tool = name;
  fields.duration_seconds = Number(seconds.toFixed(6));
  fields.outcome = errorType ? "error" : "ok";
  if (errorType) fields.error_type = errorType;
  if (isTool && given !== undefined) fields.arguments = given;
  log(level, isTool ? "tool called" : "request served", fields, time);
}

/** What is done here must never reach the server. */
export function safely(action, ...args) {
  try {
    return action(...args);
  } catch (error) {
    warnOnce("a request was not counted", error);
  }
}
