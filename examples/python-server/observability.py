"""JSON logs on stdout and Prometheus metrics, added from outside so that no tool has to know of either."""

import asyncio
import json
import logging
import sys
import time
from datetime import datetime, timezone
from typing import Any

from fastmcp.exceptions import FastMCPError, McpError, NotFoundError, to_mcp_error
from fastmcp.server.dependencies import get_http_headers
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

logger = logging.getLogger("server")

disable_created_metrics()  # One more series for each of the others, which no dashboard here reads.
REQUESTS = Counter("mcp_requests_total", "MCP requests.", ["method", "endpoint"])
ERRORS = Counter("mcp_request_errors_total", "MCP requests that failed.", ["method", "endpoint"])
ERRORS_BY_TYPE = Counter(
    "mcp_request_errors_by_type_total", "MCP requests that failed, by what went wrong.", ["error_type"]
)
# The OpenTelemetry convention's buckets for MCP servers, with finer ones below: most tools answer within 10 ms.
DURATION = Histogram(
    "mcp_request_duration_seconds",
    "Duration of MCP requests in seconds.",
    ["method", "endpoint"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300),
)
ACTIVE_CONNECTIONS = Gauge("mcp_active_connections", "HTTP requests open on the MCP endpoint, streams included.")

# Labels must never be the client's to choose: each new value is a new time series, kept until the process ends.
UNKNOWN = "unknown"
NO_ENDPOINT = "-"
METHODS = frozenset(
    "initialize server/discover ping tools/list tools/call resources/list resources/templates/list resources/read "
    "prompts/list prompts/get completion/complete logging/setLevel".split()
)

_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line; what a call passes as `extra` becomes fields of its own."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry.update((key, value) for key, value in vars(record).items() if key not in _STANDARD_FIELDS)
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def configure_logging(level: str) -> None:
    """Send every log line of the process, the libraries' and a crash's included, to stdout as JSON."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    # At DEBUG the MCP libraries print whole messages, and with them the arguments of tools: never below INFO.
    for name in ("mcp", "fastmcp", "sse_starlette"):
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLogger().level))
    # At INFO the transport writes session ids, which are as good as a key, and a line after every stateless request.
    for name in ("mcp.server.streamable_http", "mcp.server.streamable_http_manager"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    # Without this, a crash at start is the one event that a log pipeline cannot parse.
    sys.excepthook = lambda kind, error, trace: logger.critical("%s", error, exc_info=(kind, error, trace))


def error_type(method: str, error: BaseException) -> str:
    """What went wrong, as OpenTelemetry has it: a tool's own error, the code of a JSON-RPC error, or a class."""
    if isinstance(error, asyncio.CancelledError):
        return "cancelled"
    if isinstance(error, (FastMCPError, McpError, NotFoundError)):
        # FastMCP answers a call that fails so with a result, in which isError is set.
        is_result = method == "tools/call" and not isinstance(error, McpError)
        return "tool_error" if is_result else str(to_mcp_error(error).error.code)
    return type(error).__name__


class RequestObserver(Middleware):
    """Counts, times and logs every MCP request. Logs name the tool and the outcome, never arguments or results."""

    async def on_request(self, context: MiddlewareContext[Any], call_next: CallNext[Any, Any]) -> Any:
        # For a tools/call of 2026-07-28 the SDK lists the tools once more by itself, to check the request's headers
        # against the tool's schema. No client asked for that, and the request's header tells.
        if context.method == "tools/list" and get_http_headers().get("mcp-method") == "tools/call":
            return await call_next(context)
        method = context.method if context.method in METHODS else UNKNOWN
        tool = context.message.name if method == "tools/call" else None
        error: BaseException | None = None
        start = time.perf_counter()
        try:
            return await call_next(context)
        except BaseException as raised:  # so that a call whose client went away (CancelledError) is no success
            error = raised
            raise
        finally:
            if isinstance(error, NotFoundError) and tool:
                tool = UNKNOWN
            self._record(method, tool, time.perf_counter() - start, error)

    def _record(self, method: str, tool: str | None, duration: float, error: BaseException | None) -> None:
        labels = (method, tool or NO_ENDPOINT)
        DURATION.labels(*labels).observe(duration)
        REQUESTS.labels(*labels).inc()
        # Also when nothing failed: a series that begins at 0 lets rate() see the first failure.
        ERRORS.labels(*labels).inc(1 if error else 0)
        failure = error_type(method, error) if error else None
        if failure:
            ERRORS_BY_TYPE.labels(failure).inc()

        fields = {"method": method, "duration_seconds": round(duration, 6), "outcome": "error" if error else "ok"}
        if tool:
            fields["tool"] = tool
        if failure:
            fields["error_type"] = failure
        level = logging.WARNING if error else logging.INFO if tool else logging.DEBUG
        logger.log(level, "tool called" if tool else "request served", extra=fields)
