"""JSON logs of the server and its libraries, where the server has not set up logging itself."""

import functools
import json
import logging
import sys

from . import logs
from .http import HEALTH, READINESS
from .redaction import without_values

# At DEBUG the MCP libraries print whole messages, and with them the arguments of tools.
_AT_LEAST_INFO = ("mcp", "fastmcp", "sse_starlette")
# These write session ids, which are as good as a key, texts of results, and a line for each request as the layer does.
_AT_LEAST_WARNING = (
    "mcp.server.streamable_http",
    "mcp.server.streamable_http_manager",
    "mcp.server.lowlevel.server",
    "mcp.server.mcpserver.server",
)
_UVICORN_LOGGERS = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")
_UVICORN_FORMATS = (
    "%(levelprefix)s %(message)s",
    '%(levelprefix)s %(client_addr)s - "%(request_line)s" %(status_code)s',
)

_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
# Handlers that the libraries have set up by themselves.
_library_handlers = set()
_root_handler = None
# Requests of this path have lines of the layer.
_mcp_path = None


class JsonFormatter(logging.Formatter):
    """One JSON object a line; what a call passes as `extra` becomes fields of its own."""

    def format(self, record):
        entry = {
            "timestamp": logs.timestamp(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": without_values(record, record.getMessage()),
        }
        entry.update((key, value) for key, value in vars(record).items() if key not in _STANDARD_FIELDS)
        if record.exc_info:
            entry["exception"] = without_values(record, self.formatException(record.exc_info))
        return json.dumps(entry, default=str)


def watch_defaults(module):
    """Tell handlers that a library sets up by itself from those of the server."""
    configure = module.configure_logging

    @functools.wraps(configure)
    def configure_logging(*args, **kwargs):
        before = set(_handlers())
        result = configure(*args, **kwargs)
        _library_handlers.update(handler for handler in _handlers() if handler not in before)
        if _root_handler:
            _replace_defaults()
        return result

    module.configure_logging = configure_logging


def take_over(mcp_path=None):
    """Send every log line of the process to stdout as JSON, unless the server has set up logging itself."""
    global _mcp_path, _root_handler
    root = logging.getLogger()
    if _root_handler is None:
        if not all(_is_of_library(handler) for handler in root.handlers):
            _filter_probes()
            return
        _root_handler = logging.StreamHandler(sys.stdout)
        _root_handler.setFormatter(JsonFormatter())
        root.addHandler(_root_handler)
        root.setLevel(logs.threshold)
        logging.captureWarnings(True)
        if sys.excepthook is sys.__excepthook__:
            # Else a crash is the one event that a log pipeline can't parse.
            sys.excepthook = lambda kind, error, trace: root.critical("%s", error, exc_info=(kind, error, trace))
    _mcp_path = mcp_path or _mcp_path
    _replace_defaults()
    _filter_probes()


def _replace_defaults():
    for logger in _loggers():
        replaced = [handler for handler in logger.handlers if _is_default(logger, handler)]
        for handler in replaced:
            logger.removeHandler(handler)
        if replaced:
            logger.propagate = True
    if not logs.logs_arguments():
        _limit(_AT_LEAST_INFO, logging.INFO)
    _limit(_AT_LEAST_WARNING, logging.WARNING)


def _limit(names, level):
    for name in names:
        logger = logging.getLogger(name)
        logger.setLevel(max(level, logger.level))


def _is_default(logger, handler):
    if handler in _library_handlers:
        return True
    return logger.name in _UVICORN_LOGGERS and getattr(handler.formatter, "_fmt", None) in _UVICORN_FORMATS


def _is_of_library(handler):
    # OpenTelemetry's handler sends lines elsewhere; it does not write them.
    return handler in _library_handlers or type(handler).__module__.startswith("opentelemetry.")


def _loggers():
    known = logging.Logger.manager.loggerDict.values()
    return [logging.getLogger(), *(logger for logger in list(known) if isinstance(logger, logging.Logger))]


def _handlers():
    return [handler for logger in _loggers() for handler in logger.handlers]


def _filter_probes():
    logger = logging.getLogger("uvicorn.access")
    if _keep_access not in logger.filters:
        logger.addFilter(_keep_access)


def _keep_access(record):
    """Leave out health checks, which come all the time, and queries, in which servers with SSE have session ids."""
    if not isinstance(record.args, tuple) or len(record.args) != 5:
        return True
    client, method, target, version, status = record.args
    path = str(target).partition("?")[0]
    if path in (HEALTH, READINESS) or (path.rstrip("/") == _mcp_path and status < 400):
        return False
    record.args = (client, method, path, version, status)
    return True
