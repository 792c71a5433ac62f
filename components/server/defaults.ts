/** The containerization guidelines' numbers, in one place. Source: "Containerization Guidelines for MCP Servers". */
export const DEFAULTS = {
  port: 8080,
  metricsPort: 8000,
  path: "/mcp",
  callTimeoutSeconds: 60,
  resources: { cpuLimit: 0.5, memoryLimit: "512Mi", cpuReservation: 0.25, memoryReservation: "256Mi" },
  health: {
    readinessPath: "/readyz",
    livenessPath: "/healthz",
    intervalSeconds: 30,
    timeoutSeconds: 10,
    startPeriodSeconds: 40,
    retries: 3,
  },
} as const;
