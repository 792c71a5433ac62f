"""A stdio MCP server, served by Streamable HTTP: one process of the server for each session.

    python -I -S bridge.py COMMAND [ARGS...]

It relays messages without reading more of them than it needs to route them, so that it speaks whatever revision the
server speaks. Settings come by environment variables, which the server does not get. Its only dependency is uvicorn,
in the folder `lib` beside it, apart from the server's own. bridge.mjs is the same program for Node servers: they
change together, and the same tests hold for both (test/e2e/bridge.test.ts).
"""

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
import time
import uuid
from urllib.parse import urlsplit

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import uvicorn  # noqa: E402

PORT = int(os.environ.get("PORT", "8080"))
HOST = os.environ.get("MCP_BRIDGE_HOST", "0.0.0.0")
PATH = os.environ.get("MCP_BRIDGE_PATH", "/mcp")
MAX_SESSIONS = int(os.environ.get("MCP_BRIDGE_MAX_SESSIONS", "50"))
IDLE_SECONDS = float(os.environ.get("MCP_BRIDGE_IDLE_SECONDS", "300"))
# Clients of revision 2026-07-28 have no sessions: they share one process, or are asked to use an older revision.
STATELESS = os.environ.get("MCP_BRIDGE_STATELESS") == "true"
# Development: on a change in this folder each session goes on with a new process.
WATCH = os.environ.get("MCP_BRIDGE_WATCH")
ALLOWED_HOSTS = {"localhost", "127.0.0.1", "::1", *re.findall(r"[^,\s]+", os.environ.get("ALLOWED_HOSTS", ""))}
COMMAND = sys.argv[1:]

SESSION_REVISIONS = ["2025-11-25", "2025-06-18", "2025-03-26"]
STATELESS_REVISION = "2026-07-28"
MAX_MESSAGE = 10 * 1024 * 1024  # Bytes; the limit of the official SDK.
RENEWAL = "mcp-bridge-renewal"  # Id of the `initialize` that the bridge itself repeats.
MAX_BACKLOG = 100  # Messages kept for a client that has no stream open.
QUIET_SECONDS = 15.0  # After that a stream gets a comment, so that no proxy takes it for dead.
END_SECONDS = 1.0  # For a process to end by itself, and once more after SIGTERM.
DRAIN_SECONDS = 5.0  # For running calls, once the bridge itself is to end.

SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId"
MESSAGE = dict[str, object]

sessions: dict[str, "Session"] = {}
children: set["Session"] = set()  # Also those that are ending: they count towards the cap.
tasks: set[asyncio.Task] = set()


class State:
    shared: "Session | None" = None
    draining = False


class Refusal(Exception):
    """A request that is answered by a JSON-RPC error."""

    def __init__(self, status, code, message, headers=None, id=None, data=None):
        self.status, self.headers = status, headers or {}
        error = {"code": code, "message": message, **({"data": data} if data else {})}
        self.body = {"jsonrpc": "2.0", "id": id, "error": error}


class Streams(asyncio.subprocess.SubprocessStreamProtocol):
    """Tells when the process has ended, which Process.wait() does not while something that it started holds its pipes."""

    def __init__(self):
        loop = asyncio.get_running_loop()
        super().__init__(limit=MAX_MESSAGE, loop=loop)
        self.exited = loop.create_future()

    def process_exited(self):
        super().process_exited()
        if not self.exited.done():
            self.exited.set_result(None)


class Session:
    """One process of the server, and who waits for its messages."""

    def __init__(self, is_shared):
        self.id = str(uuid.uuid4())
        self.is_shared = is_shared
        self.pending = {}  # By request id: the exchange that awaits the response.
        self.stream = None  # The client's GET stream.
        self.backlog = []
        self.last_used = time.monotonic()
        self.ending = None
        self.stderr = b""
        self.next_id = 0
        self.process = None
        self.initialize = None  # What began the session, to begin it anew in a new process.
        self.queue = None  # Messages for a new process that is not ready yet.
        self.is_broken = False
        self.renewal = asyncio.Lock()
        children.add(self)

    async def start(self):
        self.is_broken = False
        self.stderr = b""
        env = {name: value for name, value in os.environ.items() if not re.match(r"PORT$|MCP_BRIDGE_", name)}
        pipe = asyncio.subprocess.PIPE
        # A process group of its own: what the server starts itself ends with it.
        try:
            loop = asyncio.get_running_loop()
            transport, streams = await loop.subprocess_exec(
                Streams, *COMMAND, stdin=pipe, stdout=pipe, stderr=pipe, env=env, start_new_session=True
            )
            self.process = asyncio.subprocess.Process(transport, streams, loop)
            self.exited = streams.exited
        except BaseException:
            self.forget()
            raise
        # When memory runs out, one session is lost and not all of them.
        with contextlib.suppress(OSError), open(f"/proc/{self.process.pid}/oom_score_adj", "w") as file:
            file.write("1000")
        self.errors_read = asyncio.get_running_loop().create_future()
        in_background(self.read_messages(self.process))
        in_background(self.read_errors(self.process, self.errors_read))
        in_background(self.watch(self.process, self.exited))

    def forget(self):
        children.discard(self)
        sessions.pop(self.id, None)
        if State.shared is self:
            State.shared = None

    async def watch(self, process, exited):
        await asyncio.shield(exited)
        signal_group(process.pid, signal.SIGKILL)
        if self.process is not process:
            return
        with contextlib.suppress(asyncio.TimeoutError):  # Its last words explain its end.
            await asyncio.wait_for(self.errors_read, 0.5)
        code = process.returncode
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        if self.ending or not WATCH:
            self.end(f"it ended ({how})")
            children.discard(self)
        else:
            self.is_broken = True  # Until the next edit, or the next request.
            self.fail(f"it ended ({how})")

    async def edited(self, is_in_use):
        """The session in use goes on at once, the others when they are used again: many processes would start slowly."""
        if is_in_use:
            await self.renew()
        elif not self.is_broken:
            signal_group(self.process.pid, signal.SIGKILL)
        if self.stream:
            self.stream.event({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})

    async def renew(self):
        """Goes on in a new process, which an edit has changed."""
        async with self.renewal:
            old = self.process
            self.fail("it was restarted after an edit")
            self.queue = []
            await self.start()
            signal_group(old.pid, signal.SIGKILL)
            if self.initialize:
                self.write({**self.initialize, "id": RENEWAL})
            else:
                self.is_renewed([])

    def is_renewed(self, first):
        waiting, self.queue = self.queue or [], None
        for message in [*first, *waiting]:
            self.write(message)

    async def read_messages(self, process):
        try:
            while line := await process.stdout.readline():
                if self.process is process:
                    self.receive(line)
        except ValueError:
            self.end("it sent a message of more than 10 MB")

    async def read_errors(self, process, is_read):
        while chunk := await process.stderr.read(65536):
            sys.stderr.buffer.write(chunk)
            sys.stderr.buffer.flush()
            if self.process is process:
                self.stderr = (self.stderr + chunk)[-4096:]
        if not is_read.done():
            is_read.set_result(None)

    def send(self, message):
        """Hands a client's message to the server."""
        self.last_used = time.monotonic()
        if message.get("method") == "initialize":
            self.initialize = message
        if self.queue is not None:
            self.queue.append(message)
        else:
            self.write(message)

    def write(self, message):
        with contextlib.suppress(OSError, RuntimeError):  # It has ended: its exit says more.
            self.process.stdin.write(dumps(message) + b"\n")

    def request(self, message, exchange):
        """Sends a request, whose response goes to the exchange. Clients that share a process have equal ids: they get new ones."""
        params = dictionary(message.get("params"))
        meta = dictionary(params.get("_meta"))
        self.next_id += 1
        exchange.id, exchange.token = message["id"], meta.get("progressToken")
        exchange.key = self.next_id if self.is_shared else message["id"]
        self.pending[exchange.key] = exchange
        if self.is_shared:
            message = {**message, "id": exchange.key}
            if exchange.token is not None:
                message["params"] = {**params, "_meta": {**meta, "progressToken": exchange.key}}
        self.send(message)

    def abandon(self, exchange):
        """A client that closes its connection wants no answer; where there are no sessions, that is how it cancels."""
        self.last_used = time.monotonic()
        if self.pending.pop(exchange.key, None) and self.is_shared and not self.ending:
            params = {"requestId": exchange.key}
            self.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params})

    def receive(self, line):
        message = parse(line)
        if message is None:
            if line.strip():
                log(f"not an MCP message on stdout: {line[:200].decode(errors='replace')}")
            return
        self.last_used = time.monotonic()
        if message.get("id") == RENEWAL and "method" not in message:
            self.is_renewed([{"jsonrpc": "2.0", "method": "notifications/initialized"}])
        elif "method" in message:
            self.route(message)
        elif exchange := self.pending.pop(message.get("id"), None):
            exchange.finish({**message, "id": exchange.id})

    def route(self, message):
        """What the server sends by itself goes where it belongs: to the call that it is about, else to the client's own stream."""
        params = dictionary(message.get("params"))
        token, subscription = params.get("progressToken"), dictionary(params.get("_meta")).get(SUBSCRIPTION)
        pending = list(self.pending.values())
        for exchange in pending:
            own_token = exchange.key if self.is_shared and exchange.token is not None else exchange.token
            if (token is not None and token == own_token) or (subscription is not None and subscription == exchange.key):
                return exchange.event(restored(message, exchange) if self.is_shared else message)
        if self.is_shared:
            if len(pending) == 1:
                pending[0].event(message)
        elif self.stream:
            self.stream.event(message)
        elif pending:
            pending[-1].event(message)
        elif len(self.backlog) < MAX_BACKLOG:
            self.backlog.append(message)

    def fail(self, why):
        """Answers all who wait, with what the server said at last."""
        lines = self.stderr.decode(errors="replace").strip().split("\n")
        words = next((line for line in reversed(lines) if re.match(r"[\w.]*(Error|Exception)\b", line)), lines[-1])
        last_words = f"; its last words: {words}" if words else ""
        error = {"code": -32603, "message": f"the MCP server does not answer: {why}{last_words}"}
        for exchange in self.pending.values():
            exchange.finish({"jsonrpc": "2.0", "id": exchange.id, "error": error}, 500)
        self.pending.clear()
        self.queue = None

    def end(self, why):
        """Ends the process and all that it started: by the end of its stdin, then SIGTERM, then SIGKILL."""
        if self.ending is None:
            sessions.pop(self.id, None)
            if State.shared is self:
                State.shared = None
            self.fail(why)
            if self.stream:
                self.stream.close()
            self.ending = in_background(self.terminate())
        return self.ending

    async def terminate(self):
        with contextlib.suppress(OSError, RuntimeError):
            self.process.stdin.close()
        for name in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.shield(self.exited), END_SECONDS)
            if self.exited.done():
                break
            signal_group(self.process.pid, name)
        await asyncio.shield(self.exited)
        signal_group(self.process.pid, signal.SIGKILL)
        if self.is_broken:
            children.discard(self)


class Exchange:
    """An answer to a client: JSON when the response comes alone, a stream of events when something comes before it."""

    def __init__(self, send, headers=None):
        self.send_part, self.headers = send, headers or {}
        self.parts = asyncio.Queue()
        self.id = self.key = self.token = None

    def event(self, message):
        self.parts.put_nowait(("event", b"event: message\ndata: " + dumps(message) + b"\n\n"))

    def finish(self, message, status=200):
        self.parts.put_nowait(("finish", (message, status)))

    def close(self):
        self.parts.put_nowait(("close", None))

    async def run(self, starts_at_once=False):
        """Sends what comes until the response has been sent. Returns whether it was."""
        started = False
        if starts_at_once:
            started = await self.start_stream()
        while True:
            try:
                kind, value = await asyncio.wait_for(self.parts.get(), QUIET_SECONDS)
            except asyncio.TimeoutError:
                kind, value = "event", b": keep-alive\n\n"
            if kind == "finish" and not started:
                message, status = value
                return await send_json(self.send_part, status, message, self.headers)
            if not started:
                started = await self.start_stream()
            if kind == "finish":
                value = b"event: message\ndata: " + dumps(value[0]) + b"\n\n"
            await self.send_part({"type": "http.response.body", "body": value or b"", "more_body": kind == "event"})
            if kind != "event":
                return

    async def start_stream(self):
        headers = {"content-type": "text/event-stream", "cache-control": "no-cache", "x-accel-buffering": "no"}
        await start_response(self.send_part, 200, {**headers, **self.headers})
        await self.send_part({"type": "http.response.body", "body": b"", "more_body": True})
        return True


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


def restored(message, exchange):
    """A message about a call of the shared process, with the ids that its client knows."""
    params = dict(dictionary(message.get("params")))
    if exchange.token is not None and "progressToken" in params:
        params["progressToken"] = exchange.token
    if SUBSCRIPTION in dictionary(params.get("_meta")):
        params["_meta"] = {**params["_meta"], SUBSCRIPTION: exchange.id}
    return {**message, "params": params}


def parse(text):
    """A JSON object, or None."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def dictionary(value):
    return value if isinstance(value, dict) else {}


def is_allowed(origin):
    return origin is None or urlsplit(origin).hostname in ALLOWED_HOSTS


def accepts(headers, kind):
    accept = headers.get("accept", "*/*")
    return kind in accept or "*/*" in accept


def dumps(message):
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


async def send_json(send, status, body, headers=None):
    content = b"" if body is None else dumps(body)
    length = {} if body is None else {"content-type": "application/json"}
    await start_response(send, status, {**length, "content-length": str(len(content)), **(headers or {})})
    await send({"type": "http.response.body", "body": content})


async def start_response(send, status, headers):
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    if State.draining:
        pairs.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": pairs})


def signal_group(pid, name):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, name)


def in_background(work):
    task = asyncio.ensure_future(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


def log(text):
    print(text, file=sys.stderr, flush=True)


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
        timeout_graceful_shutdown=int(DRAIN_SECONDS),
    )
    in_background(sweep())
    if WATCH:
        in_background(renew_on_change())
    log(f"MCP bridge on port {PORT}, at most {MAX_SESSIONS} sessions")
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)  # uvicorn takes them over, and raises them once more when it has ended.
    await Server(config).serve()
    await asyncio.gather(*(session.end("the server is shutting down") for session in list(children)))


if __name__ == "__main__":
    asyncio.run(main())
