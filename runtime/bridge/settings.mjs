/** Settings by environment variables, and fixed limits. */
const { PORT = "8080", MCP_BRIDGE_HOST = "0.0.0.0", MCP_BRIDGE_PATH = "/mcp" } = process.env;
const { MCP_BRIDGE_MAX_SESSIONS = "50", MCP_BRIDGE_IDLE_SECONDS = "300", MCP_BRIDGE_STATELESS = "" } = process.env;
const { ALLOWED_HOSTS = "", ALLOWED_ORIGINS = "", SHUTDOWN_GRACE_SECONDS = "5" } = process.env;
const listed = (text) => text.split(",").flatMap((item) => item.trim() || []);
export const settings = {
  port: Number(PORT),
  host: MCP_BRIDGE_HOST,
  path: MCP_BRIDGE_PATH,
  maxSessions: Number(MCP_BRIDGE_MAX_SESSIONS),
  idleMs: Number(MCP_BRIDGE_IDLE_SECONDS) * 1000,
  // For running calls, once the bridge itself is to end.
  graceMs: Number(SHUTDOWN_GRACE_SECONDS) * 1000,
  // Clients of revision 2026-07-28 have no sessions: they share one process, or are asked to use an older revision.
  stateless: MCP_BRIDGE_STATELESS === "true",
  // Development: on a change in this folder each session goes on with a new process.
  watch: process.env.MCP_BRIDGE_WATCH,
  allowedHosts: ["localhost", "127.0.0.1", "[::1]", ...listed(ALLOWED_HOSTS)],
  allowedOrigins: listed(ALLOWED_ORIGINS),
};
export const [command, ...commandArgs] = process.argv.slice(2);

export const MAX_MESSAGE = 10 * 1024 * 1024; // Bytes; the limit of the official SDK.

/** A JSON object, or undefined. */
export function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
