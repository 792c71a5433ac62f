/**
 * Gives an MCP server metrics, JSON logs, health checks and a graceful shutdown, without touching its code:
 *
 *     NODE_OPTIONS=--import=/path/to/register.mjs node index.js
 *
 * It waits until an HTTP server listens on PORT. Child processes, package managers and file watchers inherit
 * NODE_OPTIONS as well: they do not listen there, and nothing happens in them. Nor in worker threads.
 */
import { isMainThread } from "node:worker_threads";

if (isMainThread && process.env.PORT) {
  try {
    const { start } = await import("./start.mjs");
    start();
  } catch (error) {
    // A server without metrics is better than none.
    const entry = { timestamp: new Date().toISOString(), level: "WARNING", logger: "mcp_telemetry" };
    console.log(JSON.stringify({ ...entry, message: "there is no telemetry", error: error.message }));
  }
}
