"""What is said of a served request, whichever SDK served it: metrics, and a line in the log."""

from . import logs, otel
from .endpoints import LISTING, UNKNOWN, Endpoints

METHODS = frozenset(
    "initialize server/discover ping tools/list tools/call resources/list resources/templates/list resources/read "
    "resources/subscribe resources/unsubscribe prompts/list prompts/get completion/complete logging/setLevel "
    "subscriptions/listen tasks/get tasks/result tasks/list tasks/update tasks/cancel".split()
)
TOOL_ERROR = "tool_error"
CANCELLED = "cancelled"
INVALID_PARAMS = "-32602"
# An id is the client's to choose. So much is enough to find a request again.
MAX_ID_LENGTH = 64


class Requests:
    """Records each request once: by its method, what it names, how long it took and how it ended."""

    def __init__(self, metrics, log_arguments):
        """Metrics: None where there can be none."""
        self._metrics = metrics
        self._log_arguments = log_arguments
        self._endpoints = Endpoints()

    def learn(self, method, result):
        """See the answer of a list, for the names in it."""
        try:
            if method in LISTING:
                self._endpoints.learn(method, result)
        except Exception as error:
            _failed(error)

    def record(self, method, request_id, params, seconds, error_type=None, said=None):
        """Record a request that has ended. Error type: None where it did not fail. Said: text of the failure."""
        try:
            self._record(method, request_id, params, seconds, error_type, said)
        except Exception as error:  # Whatever goes wrong in here is no reason for a request to fail.
            _failed(error)

    def _record(self, method, request_id, params, seconds, error_type, said):
        if method not in METHODS:
            method = UNKNOWN
        name = self._endpoints.name(method, _field(params, "name"), error_type is not None, said)
        label = self._endpoints.label(name)
        tool = name if method == "tools/call" else None
        if self._metrics:
            self._metrics.record(method, label, seconds, error_type)
        otel.record(method, tool and label, seconds, error_type)
        level = logs.WARNING if error_type is not None else logs.INFO if tool else logs.DEBUG
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


def error_type(error):
    """The type of a failure that was raised: the JSON-RPC code that the client gets, "cancelled" or the class's name."""
    name = type(error).__name__
    if name == "CancelledError":
        return CANCELLED
    code = getattr(getattr(error, "error", None), "code", None)
    if isinstance(code, int):
        return str(code)
    # Parameters that don't fit the protocol: the SDK answers with this code.
    return INVALID_PARAMS if name == "ValidationError" and type(error).__module__.startswith("pydantic") else name


def _field(params, name):
    return params.get(name) if isinstance(params, dict) else getattr(params, name, None)


def _failed(error):
    logs.warn("a request could not be recorded", reason=f"{type(error).__name__}: {error}")
