"""Health checks and open connections of an ASGI app, whose own answers stay as they are."""

import asyncio
import json

HEALTH = "/healthz"
READINESS = "/readyz"
STREAM = b"text/event-stream"
LISTEN = (b"mcp-method", b"subscriptions/listen")


class App:
    """Stands before the server's app."""

    def __init__(self, app, mcp_path):
        self._app = app
        self._mcp_paths = (mcp_path, mcp_path + "/")
        self.connections = 0
        self.draining = False
        self.open = set()

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        path = scope["path"]
        if path in (HEALTH, READINESS) and scope["method"] in ("GET", "HEAD"):
            return await self._answer_probe(path, scope, receive, send)
        is_mcp = path in self._mcp_paths
        exchange = Exchange(scope, send)
        self.open.add(exchange)
        self.connections += is_mcp
        try:
            await self._app(scope, receive, exchange.send)
        except BaseException:  # Ended from here, it is cancelled; what becomes of that in the app is no failure.
            if not exchange.is_ended:
                raise
        finally:
            self.connections -= is_mcp
            self.open.discard(exchange)
        if exchange.is_ended:
            await exchange.finish()

    async def _answer_probe(self, path, scope, receive, send):
        is_missing = False

        async def pass_on(message):
            nonlocal is_missing
            if message["type"] == "http.response.start":
                is_missing = message["status"] == 404
            if not is_missing:
                await send(message)

        await self._app(scope, receive, pass_on)
        if is_missing:
            if path == HEALTH:
                await _answer(send, 200, "alive")
            elif self.draining:
                await _answer(send, 503, "shutting down")
            else:
                await _answer(send, 200, "ready")


class Exchange:
    """A request that is being answered."""

    __slots__ = ("_complete", "_scope", "_send", "_start", "_task", "is_ended")

    def __init__(self, scope, send):
        self._scope = scope
        self._send = send
        self._task = asyncio.current_task()
        self._start = None
        self._complete = False
        self.is_ended = False

    async def send(self, message):
        """Pass a message of the app on to the client."""
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._complete = not message.get("more_body", False)
        await self._send(message)

    @property
    def is_subscription(self):
        """Whether it is a subscription of 2026-07-28: a stream that the SDK can end so that clients understand it."""
        return any(header == LISTEN for header in map(tuple, self._scope["headers"]))

    @property
    def is_stream(self):
        """Whether it has no end of its own. A call has one, and is waited for."""
        if self._scope["method"] == "POST":
            return self.is_subscription
        headers = self._start["headers"] if self._start else ()
        return any(name.lower() == b"content-type" and value.startswith(STREAM) for name, value in headers)

    def end(self):
        """End it, although the app would go on."""
        self.is_ended = True
        self._task.cancel()

    async def finish(self):
        """Let the client see an end, not a broken line."""
        if hasattr(self._task, "uncancel"):  # since Python 3.11
            self._task.uncancel()
        if self._start is None:
            await _answer(self._send, 503, "shutting down")
        elif not self._complete:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


async def _answer(send, status, text):
    body = json.dumps({"status": text}, separators=(",", ":")).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
