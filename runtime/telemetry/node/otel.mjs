/** The OpenTelemetry convention's histogram, for servers that bring an OpenTelemetry SDK. */

// Under this name all copies of the package @opentelemetry/api 1.x in a process share what an SDK registered. Looked up
// here because there may be several copies, of which none has to be within reach of this file.
const API = Symbol.for("opentelemetry.js.api.1");
const BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

let histogram;

/** Records a request when the process has an SDK for metrics. It may be registered at any time. */
export function recordDuration(seconds, method, nameAttribute, name, errorType) {
  histogram ??= globalThis[API]?.metrics
    ?.getMeter("pulumi-mcp-deploy")
    .createHistogram("mcp.server.operation.duration", {
      description: "Duration of the MCP request or notification as observed on the receiver.",
      unit: "s",
      advice: { explicitBucketBoundaries: BUCKETS },
    });
  histogram?.record(seconds, {
    "mcp.method.name": method,
    ...(nameAttribute && { [nameAttribute]: name }),
    ...(errorType && { "error.type": errorType }),
  });
}
