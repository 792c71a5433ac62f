"""Where uvicorn begins to serve an app of an MCP server, the layer begins as well."""

import socket

from . import activation, json_logs, logs
from .http import App
from .shutdown import Shutdown, replaceable_signals

_signals = "_mcp_telemetry_signals"
_claim = None


def watch_config(module):
    """Put the layer's app before the server's, and its logs in place of uvicorn's default ones."""
    config = module.Config
    load, configure_logging = config.load, config.configure_logging

    def load_and_wrap(self):
        load(self)
        if activation.serves_mcp():
            _guarded(_wrap, self)

    def configure_and_replace(self):
        configure_logging(self)
        if activation.serves_mcp():
            _guarded(json_logs.take_over)

    config.load = load_and_wrap
    config.configure_logging = configure_and_replace


def watch_server(module):
    """Expose the metrics once the server listens, and let it end gracefully."""
    server = module.Server
    startup = server.startup
    capture_signals = getattr(server, "capture_signals", None)  # since uvicorn 0.29

    def note_and_capture_signals(self):
        setattr(self, _signals, replaceable_signals())
        return capture_signals(self)

    async def startup_and_begin(self, *args, **kwargs):
        await startup(self, *args, **kwargs)
        if self.started and isinstance(self.config.loaded_app, App):
            _guarded(_expose, self)
            _guarded(_take_signals, self)

    server.startup = startup_and_begin
    if capture_signals:
        server.capture_signals = note_and_capture_signals


def watch_manager(module):
    """See a server begin that something else than uvicorn serves."""
    manager = module.StreamableHTTPSessionManager
    run = manager.run

    def run_and_begin(self):
        if not activation.is_active():
            _guarded(_begin_without_uvicorn)
        return run(self)

    manager.run = run_and_begin


def _wrap(config):
    active = activation.activate()
    json_logs.take_over(active.settings.mcp_path)
    config.loaded_app = app = App(config.loaded_app, active.settings.mcp_path)
    active.apps.add(app)


def _expose(server):
    active = activation.activate()
    if server.config.workers == 1:
        active.expose_metrics()
    elif _speaks_for_workers(active.settings):
        logs.warn("no metrics: they need a single worker, and replicas in place of more", workers=server.config.workers)


def _take_signals(server):
    grace_seconds = activation.activate().settings.grace_seconds
    Shutdown(server, server.config.loaded_app, grace_seconds).take_over(getattr(server, _signals, ()))


def _speaks_for_workers(settings):
    # One of them is enough to say it: the one that gets the port, on which it does not listen.
    global _claim
    _claim = socket.socket(socket.AF_INET6 if ":" in settings.metrics_host else socket.AF_INET)
    try:
        _claim.bind((settings.metrics_host, settings.metrics_port))
        return True
    except OSError:
        _claim.close()
        return False


def _begin_without_uvicorn():
    active = activation.activate()
    json_logs.take_over(active.settings.mcp_path)
    active.expose_metrics()
    logs.warn("the server is not served by uvicorn: no /healthz, /readyz, count of connections and graceful shutdown")


def _guarded(function, *args):
    try:
        function(*args)
    except Exception as error:  # The server is to start, whatever there is to say about it.
        logs.warn(f"the telemetry layer could not begin: {type(error).__name__}: {error}")
