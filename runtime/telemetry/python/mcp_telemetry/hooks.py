"""Adds to modules of the MCP and HTTP libraries when the server itself imports them, and never imports them first."""

import sys

# Module that is waited for -> module of this package, whose function of that name gets it once it is loaded.
WATCHED = {
    "mcp.server.lowlevel.server": ("activation", "watch_servers"),
    "mcp.server.streamable_http_manager": ("serving", "watch_manager"),
    "mcp.shared.session": ("activation", "watch_sessions"),
    "uvicorn.config": ("serving", "watch_config"),
    "uvicorn.server": ("serving", "watch_server"),
    "fastmcp.utilities.logging": ("json_logs", "watch_defaults"),
    "mcp.server.fastmcp.utilities.logging": ("json_logs", "watch_defaults"),
    "mcp.server.mcpserver.utilities.logging": ("json_logs", "watch_defaults"),
}


def install():
    """Watch the imports of this process, once."""
    if not any(isinstance(finder, Watcher) for finder in sys.meta_path):
        sys.meta_path.insert(0, Watcher())


class Watcher:
    """A finder that finds nothing itself: it lets the others find a watched module, and listens to it being loaded."""

    def find_spec(self, name, path=None, target=None):
        if name not in WATCHED:
            return None
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = find and find(name, path, target)
            if spec:
                break
        else:
            return None
        loader = spec.loader
        try:
            execute = loader.exec_module

            def execute_and_add(module):
                # The loader is the module's own again, as tools that look for source or resources expect it.
                del loader.exec_module
                execute(module)
                _add(name, module)

            # On the instance: each module gets a loader of its own.
            loader.exec_module = execute_and_add
        except AttributeError:
            _report(name, f"loaded by {type(loader).__name__}")
        return spec


def _add(name, module):
    part, function = WATCHED[name]
    try:
        getattr(getattr(__import__(f"{__package__}.{part}"), part), function)(module)
    except Exception as error:  # A library of another make is no reason for the server not to start.
        _report(name, f"{type(error).__name__}: {error}")


def _report(name, reason):
    from . import logs

    logs.warn(f"the telemetry layer does not fit {name}, and goes without what it adds there", reason=reason)
