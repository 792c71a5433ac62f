/** The HTTP server that clients reach: its open requests, its probes, and what begins when it listens. */
import { Server } from "node:net";
import { sdk } from "./hooks.mjs";
import { warnOnce } from "./logs.mjs";
import { answerProbe, isProbe } from "./probes.mjs";
import { settings } from "./settings.mjs";

/** Servers that listen on PORT: more than one when each has an address of its own. */
export const servers = new Set();

/** Responses that are not complete; true for those of the MCP endpoint. */
export const open = new Map();

let activeConnections = 0;
export const countActive = () => activeConnections;

let draining = false;
export const isDraining = () => draining;
/** From now on the server is unready, and asks clients that keep connections to open others elsewhere. */
export const drain = () => {
  draining = true;
};

/** Does something once a server listens on PORT. Whatever framework made it, `listen` is that of node:net. */
export function whenListening(begin) {
  const { listen } = Server.prototype;
  Server.prototype.listen = function (...args) {
    this.once("listening", () => {
      // Only servers of node:http and node:https have this property. Importing these modules would cost more.
      if (this.keepAliveTimeout === undefined || this.address()?.port !== settings.port || servers.has(this)) return;
      servers.add(this);
      // Before the server's own listener, and whatever else it adds later.
      this.prependListener("request", opened);
      if (servers.size === 1) begin();
    });
    return listen.apply(this, args);
  };
}

function opened(request, response) {
  try {
    count(request, response);
  } catch (error) {
    warnOnce("an HTTP request was not counted", error);
  }
}

function count(request, response) {
  const path = pathOf(request.url);
  const isMcp = path === settings.path;
  open.set(response, isMcp);
  if (isMcp) activeConnections += 1;
  response.on("close", closed);
  if (draining) response.shouldKeepAlive = false;
  if (isProbe(request.method, path)) answerProbe(path, response, draining);
}

function closed() {
  const isMcp = open.get(this);
  open.delete(this);
  if (!isMcp) return;
  activeConnections -= 1;
  if (!sdk.isHooked) warnOnce("MCP requests are not counted", sdk.problem);
}

function pathOf(url) {
  const query = url.indexOf("?");
  const path = query < 0 ? url : url.slice(0, query);
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
