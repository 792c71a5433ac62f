/** Pairs the requests that come through a transport of the SDK with their answers, by their ids. */
import { begin, cancel, finish, safely } from "./requests.mjs";

/** Not HTTP: parts of a server that talk with each other, whose requests would be counted twice, and stdio. */
const OTHERS = new Set(["InMemoryTransport", "StdioServerTransport", "StdioConnectionChannel"]);

// On the objects themselves: many servers make new ones for each request, and WeakMaps of them are work for the collector.
/** Of a transport: the requests without an answer so far, by id, and the message that it is handing over. */
const STATE = Symbol("state");
/** Of a Server: the McpServer around it, which knows the names of the tools. */
const SOURCE = Symbol("source");

export function rememberSource(mcpServer) {
  mcpServer.server[SOURCE] = mcpServer;
}

/** Observes a transport that a server has been connected to. The SDK sets `onmessage` before it waits for anything. */
export function observe(server, transport, connected) {
  if (OTHERS.has(transport.constructor?.name)) return;
  if (typeof transport.onmessage === "function") return wrap(server, transport);
  connected.then(() => wrap(server, transport)).catch(() => {});
}

function wrap(server, transport) {
  const { onmessage, onclose, send } = transport;
  const isNew = transport[STATE] === undefined;
  if (isNew) transport[STATE] = { pending: new Map(), current: undefined };
  const state = transport[STATE];
  const { pending } = state;

  transport.onmessage = function (message, extra) {
    // A transport that is connected once more may hand each message through the observer that it had, too.
    if (message !== state.current) {
      state.current = message;
      safely(received, pending, message, server);
    }
    return onmessage.call(this, message, extra);
  };
  transport.onclose = function () {
    // Whoever has not been answered will not be any more.
    for (const id of pending.keys()) while (pending.has(id)) safely(take, pending, id, cancel);
    return onclose?.call(this);
  };
  if (!isNew) return;
  transport.send = function (message, options) {
    if (message.method === undefined) safely(take, pending, message.id, finish, message);
    return send.call(this, message, options);
  };
}

function received(pending, message, server) {
  const { id, method, params } = message;
  if (method === undefined) return; // The client's answer to a request of the server's.
  if (id === undefined) {
    if (method === "notifications/cancelled") take(pending, params?.requestId, cancel);
    return;
  }
  const call = begin(message, server[SOURCE]);
  // Clients that share a transport may use an id at the same time. One of them is taken for the other; none is lost.
  call.earlier = pending.get(id);
  pending.set(id, call);
}

/** Takes a request from the pending ones, if it is one of them. */
function take(pending, id, end, answer) {
  const call = pending.get(id);
  if (call === undefined) return;
  if (call.earlier) pending.set(id, call.earlier);
  else pending.delete(id);
  end(call, answer);
}
