"""Settings by environment variables, and what everything here uses."""

import json
import os
import re
import sys

PORT = int(os.environ.get("PORT", "8080"))
HOST = os.environ.get("MCP_BRIDGE_HOST", "0.0.0.0")
PATH = os.environ.get("MCP_BRIDGE_PATH", "/mcp")
MAX_SESSIONS = int(os.environ.get("MCP_BRIDGE_MAX_SESSIONS", "50"))
IDLE_SECONDS = float(os.environ.get("MCP_BRIDGE_IDLE_SECONDS", "300"))
# For running calls, once the bridge itself is to end.
GRACE_SECONDS = float(os.environ.get("SHUTDOWN_GRACE_SECONDS", "5"))
# Clients of revision 2026-07-28 have no sessions: they share one process, or are asked to use an older revision.
STATELESS = os.environ.get("MCP_BRIDGE_STATELESS") == "true"
# Development: on a change in this folder each session goes on with a new process.
WATCH = os.environ.get("MCP_BRIDGE_WATCH")
ALLOWED_HOSTS = {"localhost", "127.0.0.1", "::1", *re.findall(r"[^,\s]+", os.environ.get("ALLOWED_HOSTS", ""))}
ALLOWED_ORIGINS = {*re.findall(r"[^,\s]+", os.environ.get("ALLOWED_ORIGINS", ""))}
COMMAND = sys.argv[1:]

MAX_MESSAGE = 10 * 1024 * 1024  # Bytes; the limit of the official SDK.


def parse(text):
    """A JSON object, or None."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def dictionary(value):
    return value if isinstance(value, dict) else {}


def dumps(message):
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def log(text):
    print(text, file=sys.stderr, flush=True)
