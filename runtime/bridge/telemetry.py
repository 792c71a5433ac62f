"""Metrics and logs of the messages that the bridge passes on, by modules of the telemetry layer for Python servers."""

import os
import sys
import time

import uvicorn  # noqa: F401  Loaded before the layer, which would else add itself to it.

FOLDER = os.path.dirname(os.path.abspath(__file__))
# In an image the layer lies beside this file; among the project's sources in a folder of its own.
if not os.path.isdir(os.path.join(FOLDER, "mcp_telemetry")):
    sys.path.append(os.path.join(FOLDER, "..", "telemetry", "python"))
from mcp_telemetry import logs  # noqa: E402
from mcp_telemetry.metrics import Metrics  # noqa: E402
from mcp_telemetry.requests import CANCELLED, TOOL_ERROR, Failure, Requests, harmless  # noqa: E402
from mcp_telemetry.settings import Settings  # noqa: E402
from settings import dictionary  # noqa: E402

_requests = None


def start(connections):
    """Begins to count and to log, and serves the metrics. Connections: tells how many clients there are."""
    global _requests
    logs.begin()
    settings = Settings()
    metrics = None
    try:
        metrics = Metrics(connections)
        metrics.expose(settings.metrics_host, settings.metrics_port)
    except Exception as error:
        logs.warn("no metrics: prometheus_client can't be used", reason=f"{type(error).__name__}: {error}")
    _requests = Requests(metrics, settings.log_arguments)


def begun(exchange, message):
    """A client's request has come, whose response goes to the exchange."""
    exchange.call = (message, time.perf_counter())


def ended(exchange, answer=None):
    """The server has answered, or nobody waits for its answer any more. Only the first of the two counts."""
    call, exchange.call = exchange.call, None
    if call is None or _requests is None:
        return
    message, began = call
    method = message.get("method")
    with harmless():
        seconds = time.perf_counter() - began
        _requests.record(method, message.get("id"), message.get("params"), seconds, _failure(method, answer))
        if answer:
            _requests.learn(method, dictionary(answer.get("result")))


def _failure(method, answer):
    if answer is None:
        # A subscription has no other end than that.
        return None if method == "subscriptions/listen" else Failure(CANCELLED, names_are_told=False)
    if "error" in answer:
        return Failure(str(dictionary(answer["error"]).get("code")), names_are_told=False)
    return Failure(TOOL_ERROR, names_are_told=False) if dictionary(answer.get("result")).get("isError") is True else None
