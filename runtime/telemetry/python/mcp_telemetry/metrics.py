"""Prometheus metrics of MCP requests, on a port of their own."""

import sys

from . import logs, settings
from .container import Container

# The OpenTelemetry convention's buckets for MCP servers, with finer ones below: most tools answer within 10 ms.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300)
MAX_ERROR_TYPES = 50
OTHER = "other"


class Metrics:
    """Counts and times requests, in a registry of its own: names that the server gives to metrics can't clash."""

    def __init__(self, connections):
        """Connections: tells how many HTTP requests are open at the MCP endpoint."""
        prometheus = _library()
        prometheus.disable_created_metrics()  # One more series for each of the others, which no dashboard here reads.
        self._prometheus = prometheus
        self._registry = registry = prometheus.CollectorRegistry()
        for collector in (prometheus.ProcessCollector, prometheus.PlatformCollector, prometheus.GCCollector):
            collector(registry=registry)
        cgroup = settings.cgroup_folder()
        if cgroup:
            registry.register(Container(cgroup))
        labels = ["method", "endpoint"]
        self._requests = prometheus.Counter("mcp_requests_total", "MCP requests.", labels, registry=registry)
        self._errors = prometheus.Counter(
            "mcp_request_errors_total", "MCP requests that failed.", labels, registry=registry
        )
        self._errors_by_type = prometheus.Counter(
            "mcp_request_errors_by_type_total", "MCP requests that failed, by type.", ["error_type"], registry=registry
        )
        self._duration = prometheus.Histogram(
            "mcp_request_duration_seconds",
            "Duration of MCP requests in seconds.",
            labels,
            registry=registry,
            buckets=BUCKETS,
        )
        prometheus.Gauge(
            "mcp_active_connections",
            "HTTP requests open on the MCP endpoint, streams included.",
            registry=registry,
        ).set_function(connections)
        self._series = {}
        self._error_types = {}

    def record(self, method, endpoint, seconds, error_type):
        """Add a request. Error type: None where it did not fail."""
        requests, errors, duration = self._series.get((method, endpoint)) or self._make(method, endpoint)
        requests.inc()
        duration.observe(seconds)
        if error_type is not None:
            errors.inc()
            self._of_type(error_type).inc()

    def expose(self, host, port):
        """Serve the metrics by HTTP, from a thread. A port that is taken is told, and nothing else is lost."""
        try:
            self._prometheus.start_http_server(port, host, self._registry)
        except (OSError, OverflowError) as error:
            logs.warn(f"no metrics: {host}:{port} can't be listened on", reason=str(error))

    def _make(self, method, endpoint):
        # Errors as well, although nothing has failed yet: a series that begins at 0 lets rate() see the first failure.
        made = tuple(metric.labels(method, endpoint) for metric in (self._requests, self._errors, self._duration))
        self._series[method, endpoint] = made
        return made

    def _of_type(self, error_type):
        counter = self._error_types.get(error_type)
        if counter is None:
            if len(self._error_types) >= MAX_ERROR_TYPES:
                return self._errors_by_type.labels(OTHER)
            counter = self._error_types[error_type] = self._errors_by_type.labels(error_type)
        return counter


def _library():
    # Behind all else, and only now: what the server has itself is found first, and a process that serves nothing by
    # HTTP never sees this folder.
    folder = settings.library_folder()
    if folder not in sys.path:
        sys.path.append(folder)
    import prometheus_client

    return prometheus_client
