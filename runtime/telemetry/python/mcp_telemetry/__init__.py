"""Metrics, JSON logs, health checks and a graceful end for MCP servers, without touching their code.

Importing this package only watches for the libraries that serve MCP by HTTP. Nothing else is loaded, changed or written
until the process does serve it: a child process, a stdio server and any other program go on as if it were not there.
"""

from .hooks import install

install()
