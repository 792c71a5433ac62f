"""What the layer is told by environment variables. A value that makes no sense gives way to the default."""

import os

from . import logs


class Settings:
    """The variables, read once the process is known to serve MCP by HTTP."""

    def __init__(self):
        self.metrics_host = os.environ.get("METRICS_HOST") or "127.0.0.1"
        self.metrics_port = int(_number("METRICS_PORT", 8000, 1, 65535))
        self.grace_seconds = _number("SHUTDOWN_GRACE_SECONDS", 7, 0, 86400)
        self.log_arguments = logs.logs_arguments()
        # Without a slash at its end, which servers take or leave.
        self.mcp_path = "/" + (os.environ.get("MCP_TELEMETRY_PATH") or "/mcp").strip("/")


def library_folder():
    """Where prometheus_client lies, unless the server has one itself."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return os.environ.get("MCP_TELEMETRY_LIB") or os.path.join(here, "lib")


def cgroup_folder():
    """Folder of the container's cgroup. Only an image says it: elsewhere the cgroup would be the machine's."""
    return os.environ.get("METRICS_CGROUP")


def _number(name, default, lowest, highest):
    text = os.environ.get(name) or str(default)
    try:
        value = float(text)
        if lowest <= value <= highest:
            return value
    except ValueError:
        pass
    logs.warn(f"{name} must be a number from {lowest} to {highest}, got {text!r}; {default} is used")
    return default
