"""Answers to clients."""

import asyncio

from session import State
from settings import dumps

QUIET_SECONDS = 15.0  # After that a stream gets a comment, so that no proxy takes it for dead.


class Exchange:
    """An answer to a client: JSON when the response comes alone, a stream of events when something comes before it."""

    def __init__(self, send, headers=None):
        self.send_part, self.headers = send, headers or {}
        self.parts = asyncio.Queue()
        self.id = self.key = self.token = self.call = None

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
