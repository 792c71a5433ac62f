"""The histogram of the OpenTelemetry convention for MCP servers, where the process has an SDK that takes it."""

import sys

NAME = "mcp.server.operation.duration"
BUCKETS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300)

_histogram = None


def record(method, tool, seconds, error_type):
    """Add a request. Tool: the name, for tools/call. Without an SDK in the process, the API would drop it anyway."""
    if "opentelemetry.sdk.metrics" not in sys.modules:
        return
    attributes = {"mcp.method.name": method}
    if tool is not None:
        attributes["gen_ai.tool.name"] = tool
    if error_type is not None:
        attributes["error.type"] = error_type
    (_histogram or _make()).record(seconds, attributes)


def _make():
    global _histogram
    from opentelemetry import metrics

    meter = metrics.get_meter("mcp_telemetry")
    settings = {"unit": "s", "description": "Duration of MCP requests as seen by the server."}
    try:
        _histogram = meter.create_histogram(NAME, explicit_bucket_boundaries_advisory=BUCKETS, **settings)
    except TypeError:  # an API from before 1.30, which knows no advice
        _histogram = meter.create_histogram(NAME, **settings)
    return _histogram
