/** JSON logs on stdout and Prometheus metrics, added from outside so that no tool has to know of either. */

import { createServer } from "node:http";
import { Counter, collectDefaultMetrics, Gauge, Histogram, register } from "prom-client";

const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];
const threshold = LEVELS.indexOf((process.env.LOG_LEVEL || "INFO").toUpperCase());
if (threshold < 0) throw new Error(`LOG_LEVEL must be one of ${LEVELS.join(", ")}, got "${process.env.LOG_LEVEL}"`);

/** Writes one JSON object as a line to stdout. Name tools and outcomes in `fields`, never arguments or results. */
export function log(level, message, fields = {}) {
  if (LEVELS.indexOf(level) < threshold) return;
  const entry = { timestamp: new Date().toISOString(), level, logger: "server", message, ...fields };
  process.stdout.write(`${JSON.stringify(entry)}\n`);
}

// Without this, a crash at start is the one event that a log pipeline cannot parse.
process.on("uncaughtException", (error) => {
  log("CRITICAL", error.message, { exception: error.stack });
  process.exit(1);
});

const labelNames = ["method", "endpoint"];
const requests = new Counter({ name: "mcp_requests_total", help: "MCP requests.", labelNames });
const errors = new Counter({ name: "mcp_request_errors_total", help: "MCP requests that failed.", labelNames });
const errorsByType = new Counter({
  name: "mcp_request_errors_by_type_total",
  help: "MCP requests that failed, by what went wrong.",
  labelNames: ["error_type"],
});
const duration = new Histogram({
  name: "mcp_request_duration_seconds",
  help: "Duration of MCP requests in seconds.",
  labelNames,
  // The OpenTelemetry convention's buckets for MCP servers, with finer ones below: most tools answer within 10 ms.
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
});
export const activeConnections = new Gauge({
  name: "mcp_active_connections",
  help: "HTTP requests open on the MCP endpoint, streams included.",
});
collectDefaultMetrics();

let running = 0;
/** How many tool calls are being worked on. */
export const runningCalls = () => running;

/**
 * Counts, times and logs every request that a server answers. Call it before the first tool is registered: the SDK
 * sets its handlers then. (That of `initialize` it sets earlier, in the constructor: the one request not counted.)
 */
export function observe(server) {
  const tools = new Set();
  const registerTool = server.registerTool.bind(server);
  server.registerTool = (name, config, callback) => {
    tools.add(name);
    return registerTool(name, config, async (...args) => {
      try {
        return await callback(...args);
      } catch (error) {
        // The SDK turns it into an answer for the client, and says nothing to who runs the server.
        log("ERROR", "tool failed", { tool: name, exception: error.stack });
        throw error;
      }
    });
  };

  const setRequestHandler = server.server.setRequestHandler.bind(server.server);
  server.server.setRequestHandler = (method, handler) =>
    setRequestHandler(method, async (request, context) => {
      const isCall = method === "tools/call";
      // Labels must never be the client's to choose: each new value is a new time series, kept until the process ends.
      const tool = isCall ? (tools.has(request.params.name) ? request.params.name : "unknown") : undefined;
      const start = performance.now();
      let errorType;
      running += isCall;
      try {
        const result = await handler(request, context);
        if (result.isError) errorType = "tool_error";
        return result;
      } catch (error) {
        errorType = typeOf(error);
        throw error;
      } finally {
        running -= isCall;
        record(method, tool, (performance.now() - start) / 1000, errorType);
      }
    });
}

/** As OpenTelemetry has it: the code of a JSON-RPC error, else the name of the class. */
const typeOf = (error) => (Number.isInteger(error.code) ? String(error.code) : error.constructor.name);

function record(method, tool, seconds, errorType) {
  const labels = { method, endpoint: tool ?? "-" };
  duration.observe(labels, seconds);
  requests.inc(labels);
  // Also when nothing failed: a series that begins at 0 lets rate() see the first failure.
  errors.inc(labels, errorType ? 1 : 0);
  if (errorType) errorsByType.inc({ error_type: errorType });
  const outcome = errorType ? { outcome: "error", error_type: errorType } : { outcome: "ok" };
  const level = errorType ? "WARNING" : tool ? "INFO" : "DEBUG";
  const message = tool ? "tool called" : "request served";
  log(level, message, { method, duration_seconds: Number(seconds.toFixed(6)), ...outcome, ...(tool && { tool }) });
}

/** Serves the metrics on a port of their own, so that what is open to clients never shows them. */
export const metricsServer = createServer(async (_request, response) => {
  const body = await register.metrics();
  response.writeHead(200, { "content-type": register.contentType }).end(body);
});
