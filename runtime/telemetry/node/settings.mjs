/** Settings by environment variables. A mistake in them keeps no server from starting: the default holds, with a warning. */
const { METRICS_HOST, METRICS_CGROUP, MCP_TELEMETRY_PATH, LOG_LEVEL, PORT } = process.env;

/** What is wrong with the variables, to be said once it matters. */
export const mistakes = [];

function number(name, fallback, lowest, highest) {
  const text = process.env[name] || String(fallback);
  const value = Number(text);
  if (value >= lowest && value <= highest) return value;
  mistakes.push(
    `${name} must be a number from ${lowest} to ${highest}, got ${JSON.stringify(text)}; ${fallback} is used`,
  );
  return fallback;
}

export const settings = {
  port: Number(PORT),
  /** The MCP endpoint's path, without a slash at its end. */
  path: (MCP_TELEMETRY_PATH || "/mcp").replace(/(?<=.)\/$/, ""),
  metricsHost: METRICS_HOST || "127.0.0.1",
  metricsPort: number("METRICS_PORT", 8000, 1, 65535),
  /** Folder of the container's cgroup. Only an image says it: elsewhere the cgroup would be the machine's. */
  cgroup: METRICS_CGROUP,
  graceMs: number("SHUTDOWN_GRACE_SECONDS", 7, 0, 86_400) * 1000,
  logLevel: (LOG_LEVEL || "INFO").toUpperCase(),
  logsArguments: process.env.MCP_LOG_ARGUMENTS?.toLowerCase() === "true",
};
