"""Turns the layer on once the process serves MCP by HTTP."""

import weakref

from . import logs, middleware, sessions
from .metrics import Metrics
from .requests import Requests
from .settings import Settings

_servers = weakref.WeakSet()
_session_classes = []
_active = None


class Active:
    """What there is of the layer in a process that serves MCP by HTTP."""

    def __init__(self):
        self.settings = Settings()
        self.apps = weakref.WeakSet()
        try:
            self.metrics = Metrics(lambda: sum(app.connections for app in list(self.apps)))
        except Exception as error:
            self.metrics = None
            logs.warn("no metrics: prometheus_client can't be used", reason=f"{type(error).__name__}: {error}")
        self.requests = Requests(self.metrics, self.settings.log_arguments)
        self._is_exposed = False

    def expose_metrics(self):
        """Serve the metrics, once."""
        if self.metrics and not self._is_exposed:
            self._is_exposed = True
            self.metrics.expose(self.settings.metrics_host, self.settings.metrics_port)


def watch_servers(module):
    """Know of each low-level server, on which all frameworks build, from when it is made."""
    make = module.Server.__init__

    def __init__(self, *args, **kwargs):
        make(self, *args, **kwargs)
        _servers.add(self)
        if _active:
            _observe(self)

    module.Server.__init__ = __init__


def watch_sessions(module):
    """Know the class of version 1 of the SDK that stands for a request."""
    _session_classes.append(module.RequestResponder)


def serves_mcp():
    """Whether there is an MCP server in the process. One that only asks others has the same libraries."""
    return len(_servers) > 0


def activate():
    """Begin to observe, unless it has begun."""
    global _active
    if _active is None:
        logs.begin()
        _active = Active()
        for responder in _session_classes:
            sessions.observe(responder, _active.requests)
        for server in list(_servers):
            _observe(server)
    return _active


def close_subscriptions():
    """Let the SDK end the subscriptions of 2026-07-28, by an answer that tells clients of it."""
    for server in list(_servers):
        find = getattr(server, "get_request_handler", None)
        close = getattr(getattr(find and find("subscriptions/listen"), "handler", None), "close", None)
        if close:
            close()


def is_active():
    """Whether the layer is on."""
    return _active is not None


def _observe(server):
    stack = getattr(server, "middleware", None)
    if isinstance(stack, list):
        stack.insert(0, middleware.middleware(server, _active.requests))
    elif not _session_classes:
        logs.warn("requests are not counted: this version of the MCP SDK has neither middleware nor sessions")
