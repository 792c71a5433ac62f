"""An MCP server fit for production: Streamable HTTP, health checks, metrics, JSON logs, graceful shutdown."""

import asyncio
import hashlib
import os
from urllib.parse import urlsplit

# FastMCP reads its settings when it is imported. Set here as defaults, so that the environment still has the last word.
os.environ.setdefault("FASTMCP_LOG_ENABLED", "false")  # its own handler writes coloured text; ours writes JSON
os.environ.setdefault("FASTMCP_CHECK_FOR_UPDATES", "off")  # a server's start must not depend on a package index
os.environ.setdefault("FASTMCP_STATELESS_HTTP", "true")  # any replica can answer any request

from fastmcp import FastMCP
from prometheus_client import start_http_server
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse

from lifecycle import GracefulShutdown
from observability import RequestObserver, configure_logging


def port(name: str, default: int) -> int:
    """A TCP port from the environment, or an error that names the variable."""
    value = os.environ.get(name) or str(default)
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise ValueError(f"{name} must be a port between 1 and 65535, got {value!r}")
    return int(value)


configure_logging(os.environ.get("LOG_LEVEL") or "INFO")

HOST = os.environ.get("HOST") or "127.0.0.1"
PORT = port("PORT", 8080)
METRICS_HOST = os.environ.get("METRICS_HOST") or HOST
METRICS_PORT = port("METRICS_PORT", 8000)
GREETING = os.environ.get("GREETING") or "Hello"
API_KEY = os.environ.get("API_KEY", "")
REDIS_URL = os.environ.get("REDIS_URL", "")
ALLOWED_HOSTS = [host.strip() for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
ALLOWED_ORIGINS = [origin.strip() for origin in os.environ.get("ALLOWED_ORIGINS", "").split(",") if origin.strip()]
DEPENDENCY_TIMEOUT_SECONDS = 2
MCP_PATH = "/mcp"

shutdown = GracefulShutdown(MCP_PATH, grace_seconds=float(os.environ.get("SHUTDOWN_GRACE_SECONDS") or 7))
mcp = FastMCP("python-server", version="1.0.0", middleware=[RequestObserver()])


@mcp.tool
def containerized_tool(param: str) -> str:
    """Process a value: the containerization guidelines' example tool."""
    return f"Processed: {param}"


@mcp.tool
def greet(name: str) -> str:
    """Greet someone, in the words that the environment variable GREETING sets."""
    return f"{GREETING}, {name}!"


@mcp.tool
def api_key_fingerprint() -> str:
    """Tell which API key the server got, by the first 12 hex digits of its SHA-256; "unset" without one."""
    return hashlib.sha256(API_KEY.encode()).hexdigest()[:12] if API_KEY else "unset"


@mcp.tool
async def health_check() -> dict:
    """Report the server's health and that of each service it depends on."""
    checks = await check_dependencies()
    return {"status": "healthy" if all_ok(checks) else "unhealthy", "checks": checks}


async def check_dependencies() -> dict[str, str]:
    """Try each configured dependency. A value other than "ok" says what is wrong."""
    return {"redis": await check_tcp(REDIS_URL, default_port=6379)} if REDIS_URL else {}


async def check_tcp(url: str, default_port: int) -> str:
    """See whether something listens at a URL's address. Needs no client library, and sends no credentials."""
    try:
        address = urlsplit(url)
        connection = asyncio.open_connection(address.hostname, address.port or default_port)
        _, writer = await asyncio.wait_for(connection, DEPENDENCY_TIMEOUT_SECONDS)
        writer.close()
        return "ok"
    except asyncio.TimeoutError:  # not the built-in one before Python 3.11
        return f"error: no answer within {DEPENDENCY_TIMEOUT_SECONDS} s"
    except (OSError, ValueError) as error:  # The class alone: the message may quote the URL, which may hold a password.
        return f"error: {type(error).__name__}"


def all_ok(checks: dict[str, str]) -> bool:
    return all(result == "ok" for result in checks.values())


@mcp.custom_route("/healthz", methods=["GET"])
async def healthz(_: Request) -> JSONResponse:
    """Liveness. Never touches a dependency: restarting this process would not mend Redis."""
    return JSONResponse({"status": "alive"})


@mcp.custom_route("/readyz", methods=["GET"])
async def readyz(_: Request) -> JSONResponse:
    """Readiness: 503 while a dependency is down, and from the moment a shutdown begins."""
    if shutdown.draining:
        return JSONResponse({"status": "shutting down", "checks": {}}, status_code=503)
    checks = await check_dependencies()
    if all_ok(checks):
        return JSONResponse({"status": "ready", "checks": checks})
    return JSONResponse({"status": "not ready", "checks": checks}, status_code=503)


if __name__ == "__main__":
    start_http_server(METRICS_PORT, METRICS_HOST)
    mcp.run(
        transport="http",
        host=HOST,
        port=PORT,
        path=MCP_PATH,
        show_banner=False,
        middleware=[Middleware(shutdown.middleware)],
        # Browsers must not reach the server from foreign pages (DNS rebinding): the Origin is always checked, the Host
        # when the server is bound to loopback or ALLOWED_HOSTS says under which names clients come.
        host_origin_protection="auto",
        allowed_hosts=ALLOWED_HOSTS or None,
        allowed_origins=[
            *(f"*://{host}:*" for host in ("localhost", "127.0.0.1", "[::1]", *ALLOWED_HOSTS)),
            *ALLOWED_ORIGINS,
        ],
        # No log_config: uvicorn's lines go through the JSON handler. No access log: probes would drown the rest.
        uvicorn_config={"log_config": None, "access_log": False, "timeout_graceful_shutdown": 2},
    )
