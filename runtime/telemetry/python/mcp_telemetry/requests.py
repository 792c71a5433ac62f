"""What is said of a served request, whichever SDK served it: metrics, and a line in the log."""

from contextlib import contextmanager

from . import logs, otel
from .endpoints import LISTING, UNKNOWN, Endpoints

METHODS = frozenset(
    "initialize server/discover ping tools/list tools/call resources/list resources/templates/list resources/read "
    "resources/subscribe resources/unsubscribe prompts/list prompts/get completion/complete logging/setLevel "
    "subscriptions/listen tasks/get tasks/result tasks/list tasks/update tasks/cancel".split()
)
# Types of failures, as in the OpenTelemetry convention.
TOOL_ERROR = "tool_error"
CANCELLED = "cancelled"
INVALID_PARAMS = "-32602"
# An id is the client's to choose. So much is enough to find a request again.
MAX_ID_LENGTH = 64


class Failure:
    """How a request failed."""

    __slots__ = ("kind", "names_are_told", "text")

    def __init__(self, kind, text=None, names_are_told=True):
        """Names are told: whether the server says in a known way that it has no tool or prompt of the name."""
        self.kind = kind
        self.text = text
        self.names_are_told = names_are_told


class Requests:
    """Records each request once: by its method, what it names, how long it took and how it ended."""

    def __init__(self, metrics, log_arguments):
        """Metrics: None where there can be none."""
        self._metrics = metrics
        self._log_arguments = log_arguments
        self._endpoints = Endpoints()

    def learn(self, method, result):
        """See the answer of a list, for the names in it."""
        if method in LISTING:
            self._endpoints.learn(method, result)

    def record(self, method, request_id, params, seconds, failure=None):
        """Record a request that has ended, with its Failure if it has failed."""
        if method not in METHODS:
            method = UNKNOWN
        error_type = failure and failure.kind
        name = self._endpoints.name(method, _field(params, "name"), failure)
        label = self._endpoints.label(name)
        tool = name if method == "tools/call" else None
        if self._metrics:
            self._metrics.record(method, label, seconds, error_type)
        otel.record(method, tool and label, seconds, error_type)
        level = logs.WARNING if failure else logs.INFO if tool else logs.DEBUG
        if level >= logs.threshold:
            self._log(level, method, request_id, params, tool, seconds, error_type)

    def _log(self, level, method, request_id, params, tool, seconds, error_type):
        if isinstance(request_id, str):
            request_id = request_id[:MAX_ID_LENGTH]
        fields = {"request_id": request_id, "method": method}
        if tool:
            fields["tool"] = tool
        fields["duration_seconds"] = round(seconds, 6)
        fields["outcome"] = "ok" if error_type is None else "error"
        if error_type is not None:
            fields["error_type"] = error_type
        if tool and self._log_arguments:
            fields["arguments"] = _field(params, "arguments")
        logs.write(level, "tool called" if tool else "request served", fields)


def raised(error, names_are_told=True):
    """The failure that an exception means: the JSON-RPC code that the client gets, or else the exception's class."""
    kind = type(error).__name__
    code = getattr(getattr(error, "error", None), "code", None)
    if kind == "CancelledError":
        kind = CANCELLED
    elif isinstance(code, int):
        kind = str(code)
    elif kind == "ValidationError" and type(error).__module__.startswith("pydantic"):
        kind = INVALID_PARAMS  # parameters that don't fit the protocol: what the SDK answers
    return Failure(kind, str(error), names_are_told)


@contextmanager
def harmless():
    """Whatever goes wrong in an observation is no reason for the request to fail."""
    try:
        yield
    except Exception as error:
        logs.warn("a request could not be recorded", reason=f"{type(error).__name__}: {error}")


def _field(params, name):
    return params.get(name) if isinstance(params, dict) else getattr(params, name, None)

