/**
 * Gives an MCP server metrics, JSON logs, health checks and a graceful shutdown, without touching its code:
 *
 *     node --import=/path/to/register.mjs index.js
 *
 * It waits until an HTTP server listens on PORT. Whoever else loads it, such as a file watcher or a child process by
 * NODE_OPTIONS, does not listen there, and nothing happens in it. Nor in worker threads.
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
