"""The layer's own log lines: one JSON object a line."""

import json
import os
import sys
from datetime import datetime, timezone

LOGGER = "mcp_telemetry"
DEBUG, INFO, WARNING, ERROR, CRITICAL = 10, 20, 30, 40, 50
_NAMES = {DEBUG: "DEBUG", INFO: "INFO", WARNING: "WARNING", ERROR: "ERROR", CRITICAL: "CRITICAL"}
_LEVELS = {name: level for level, name in _NAMES.items()}

threshold = _LEVELS.get((os.environ.get("LOG_LEVEL") or "INFO").upper(), INFO)

_serving = False
_said = set()


def begin():
    """Write to stdout from now on. As long as MCP may be served over stdio, stdout is the protocol's own."""
    global _serving
    _serving = True


def logs_arguments():
    """Whether arguments of tools may be logged."""
    return (os.environ.get("MCP_LOG_ARGUMENTS") or "").lower() == "true"


def write(level, message, fields=None):
    """Write a line, unless its level is below LOG_LEVEL."""
    if level < threshold:
        return
    entry = {
        "timestamp": timestamp(),
        "level": _NAMES[level],
        "logger": LOGGER,
        "message": message,
    }
    if fields:
        entry.update(fields)
    try:
        stream = sys.stdout if _serving else sys.stderr
        stream.write(json.dumps(entry, default=str) + "\n")
        stream.flush()
    except (AttributeError, OSError, ValueError):  # Nobody reads the log any more, or there is none.
        pass


def timestamp(seconds=None):
    """Now, or a time in seconds since the epoch, as ISO 8601 in UTC."""
    moment = datetime.now(timezone.utc) if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)
    return moment.isoformat(timespec="milliseconds")


def warn(message, **fields):
    """Say once what the layer can't do. The server goes on."""
    if message not in _said:
        _said.add(message)
        write(WARNING, message, fields)
