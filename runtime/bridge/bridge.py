"""A stdio MCP server, served by Streamable HTTP: one process of the server for each session.

    python -I -S bridge.py COMMAND [ARGS...]

It relays messages without reading more of them than it needs to route them, so that it speaks whatever revision the
server speaks. Settings come by environment variables, which the server does not get. Its dependencies are uvicorn and
that of the telemetry layer for Python servers, in the folder `lib` beside it, apart from the server's own. bridge.mjs
is the same program for Node servers: they change together, and the same tests hold for both (test/e2e/bridge.test.ts).
"""
import asyncio
import os
import re
import signal
import sys
import time
from urllib.parse import urlsplit

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [FOLDER, os.path.join(FOLDER, "lib")]  # Isolated Python (-I) looks into neither.
import telemetry  # noqa: E402
import uvicorn  # noqa: E402
from exchange import Exchange, send_json  # noqa: E402
from session import Session, State, children, in_background, sessions  # noqa: E402
from settings import (  # noqa: E402
    ALLOWED_HOSTS,
    ALLOWED_ORIGINS,
    GRACE_SECONDS,
    HOST,
    IDLE_SECONDS,
    MAX_MESSAGE,
    MAX_SESSIONS,
    PATH,
    PORT,
    STATELESS,
    WATCH,
    log,
    parse,
)

SESSION_REVISIONS = ["2025-11-25", "2025-06-18", "2025-03-26"]
STATELESS_REVISION = "2026-07-28"


class Refusal(Exception):
    """A request that is answered by a JSON-RPC error."""

    def __init__(self, status, code, message, headers=None, id=None, data=None):
        self.status, self.headers = status, headers or {}
        error = {"code": code, "message": message, **({"data": data} if data else {})}
        self.body = {"jsonrpc": "2.0", "id": id, "error": error}


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    try:
        await handle(scope, receive, send)
    except Refusal as refusal:
        await send_json(send, refusal.status, refusal.body, refusal.headers)


async def handle(scope, receive, send):
    path, method = scope["path"], scope["method"]
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if path == "/healthz":
        return await send_json(send, 200, {"status": "alive", "sessions": len(sessions)})
    if path == "/readyz":
        status = (503, "ending") if State.draining else (200, "ready")
        return await send_json(send, status[0], {"status": status[1]})
    if path != PATH:
        return await send_json(send, 404, {"error": f"not found; the MCP endpoint is {PATH}"})
    # Browsers must not reach the server from foreign pages (DNS rebinding).
    if not is_allowed(headers.get("origin")):
        raise Refusal(403, -32000, "this Origin is not allowed")
    if State.draining:
        raise Refusal(503, -32000, "the server is shutting down")
    if method == "POST":
        return await post(headers, receive, send)
    if method not in ("GET", "DELETE"):
        allow = {"allow": "POST, GET, DELETE"}
        raise Refusal(405, -32000, "only POST, GET and DELETE are allowed", allow)
    session = session_of(headers)
    if method == "DELETE":
        await session.end("the client ended the session")
        return await send_json(send, 200, {})
    if not accepts(headers, "text/event-stream"):
        raise Refusal(406, -32000, "a client must accept text/event-stream")
    if session.stream:
        raise Refusal(409, -32000, "this session has a stream already")
    session.stream = Exchange(send)
    for message in session.backlog:
        session.stream.event(message)
    session.backlog = []
    try:
        await until_left(session.stream.run(starts_at_once=True), receive)
    finally:
        session.stream = None


async def post(headers, receive, send):
    if not re.match(r"application/json\b", headers.get("content-type", ""), re.IGNORECASE):
        raise Refusal(415, -32000, "Content-Type must be application/json")
    if not accepts(headers, "application/json") or not accepts(headers, "text/event-stream"):
        raise Refusal(406, -32000, "a client must accept application/json and text/event-stream")
    message = parse(await body_of(receive))
    if message is None:
        raise Refusal(400, -32700, "the body is no JSON object")
    if message.get("jsonrpc") != "2.0" or not isinstance(message.get("id", 0), (str, int, float)):
        raise Refusal(400, -32600, "the body is no JSON-RPC 2.0 message")
    is_new = message.get("method") == "initialize"
    id = message.get("id")
    session = await start(id) if is_new else await chosen(headers, message)
    if session.is_broken:
        await session.renew()
    if "method" not in message or id is None:
        session.send(message)
        return await send_json(send, 202, None)
    if id in session.pending and not session.is_shared:
        raise Refusal(400, -32600, "a request with this id is running", id=id)
    exchange = Exchange(send, {"mcp-session-id": session.id} if is_new else {})
    session.request(message, exchange)
    is_answered = await until_left(exchange.run(), receive)
    session.abandon(exchange)
    # A client that left before it learned the session's id can never come back to it.
    if is_new and not is_answered:
        session.end("the client left")


async def chosen(headers, message):
    version, id = headers.get("mcp-protocol-version", ""), message.get("id")
    is_stateless = version >= STATELESS_REVISION or message.get("method") == "server/discover"
    if "mcp-session-id" in headers or not is_stateless:
        return session_of(headers, id)
    if STATELESS:
        if State.shared is None:
            # Set before it runs: another request must not start another one meanwhile.
            State.shared = asyncio.ensure_future(start(id, is_shared=True))
            try:
                State.shared = await State.shared
            except BaseException:
                State.shared = None
                raise
        return await State.shared if asyncio.isfuture(State.shared) else State.shared
    reason = "a stdio server has one process a session: use a revision with sessions, beginning with initialize"
    data = {"supported": SESSION_REVISIONS, "requested": version}
    raise Refusal(400, -32022, f"unsupported protocol version: {reason}", id=id, data=data)


def session_of(headers, id=None):
    if "mcp-session-id" not in headers:
        raise Refusal(400, -32000, "the header Mcp-Session-Id is missing", id=id)
    # The specification's answer: it makes the client begin a new session.
    if headers["mcp-session-id"] not in sessions:
        raise Refusal(404, -32001, "there is no such session, or it has ended", id=id)
    return sessions[headers["mcp-session-id"]]


async def start(id, is_shared=False):
    if len(children) >= MAX_SESSIONS:
        message = f"all {MAX_SESSIONS} sessions are in use: try later, or raise bridge.maxSessions and the memory limit"
        raise Refusal(503, -32000, message, {"retry-after": "5"}, id)
    session = Session(is_shared)
    try:
        await session.start()
    except OSError as error:
        raise Refusal(500, -32603, f"the MCP server can't be started: {error}", id=id) from error
    if not is_shared:
        sessions[session.id] = session
    return session


async def until_left(work, receive):
    """Runs the answer to a client until it is complete or the client has left. Returns whether it is complete."""
    answer = asyncio.ensure_future(work)
    left = asyncio.ensure_future(has_left(receive))
    try:
        await asyncio.wait((answer, left), return_when=asyncio.FIRST_COMPLETED)
        return answer.done() and answer.exception() is None
    finally:
        answer.cancel()
        left.cancel()


async def has_left(receive):
    while (await receive())["type"] != "http.disconnect":
        pass


async def body_of(receive):
    body = bytearray()
    while True:
        part = await receive()
        body += part.get("body", b"")
        if len(body) > MAX_MESSAGE:
            raise Refusal(413, -32000, "a message may have 10 MB at most", {"connection": "close"})
        if not part.get("more_body"):
            return bytes(body)


def is_allowed(origin):
    return origin is None or origin in ALLOWED_ORIGINS or urlsplit(origin).hostname in ALLOWED_HOSTS


def accepts(headers, kind):
    accept = headers.get("accept", "*/*")
    return kind in accept or "*/*" in accept


async def sweep():
    """Ends the sessions that nobody has used for the idle time."""
    while True:
        await asyncio.sleep(min(1.0, IDLE_SECONDS))
        for session in list(children):
            if session.process and not session.pending and time.monotonic() - session.last_used >= IDLE_SECONDS:
                session.end("it was idle")


async def renew_on_change():
    sys.path.append("/opt/mcp-develop/lib")
    from watchfiles import DefaultFilter, awatch

    async for _ in awatch(WATCH, step=20, watch_filter=DefaultFilter(ignore_paths=[f"{WATCH}/logs"])):
        running = [session for session in children if session.process and not session.ending]
        running.sort(key=lambda session: session.last_used, reverse=True)
        await asyncio.gather(*(session.edited(index == 0) for index, session in enumerate(running)))


class Server(uvicorn.Server):
    """Streams end at once, running calls may finish, then the server's processes end."""

    def handle_exit(self, sig, frame):
        State.draining = True
        for session in sessions.values():
            if session.stream:
                session.stream.close()
        super().handle_exit(sig, frame)


def connections():
    """Clients: their sessions, and where these are none, their requests."""
    return len(sessions) + (len(State.shared.pending) if isinstance(State.shared, Session) else 0)


async def main():
    config = uvicorn.Config(
        app,
        host=HOST,
        port=PORT,
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        # Longer than clients keep theirs: a connection that one side closes while the other writes is a failed call.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=int(GRACE_SECONDS),
    )
    in_background(sweep())
    if WATCH:
        in_background(renew_on_change())
    telemetry.start(connections)
    log(f"MCP bridge on port {PORT}, at most {MAX_SESSIONS} sessions")
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)  # uvicorn takes them over, and raises them once more when it has ended.
    await Server(config).serve()
    await asyncio.gather(*(session.end("the server is shutting down") for session in list(children)))


if __name__ == "__main__":
    asyncio.run(main())
