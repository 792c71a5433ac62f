"""Graceful shutdown on SIGTERM: turn unready, let running calls finish, close the streams, exit with 0.

uvicorn alone stops listening at once, cuts off the calls that answer in a stream, and dies of the signal (code 143).
"""

import asyncio
import logging
import signal
import sys
from types import FrameType

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from observability import ACTIVE_CONNECTIONS

logger = logging.getLogger("server")

# Proxies go on sending for a moment after a shutdown begins: what they send still has to land.
UNREADY_SECONDS = 1.0
SIGNALS = (signal.SIGTERM, signal.SIGINT)


class GracefulShutdown:
    """Takes the signals over from uvicorn, and hands them on once the server may go."""

    def __init__(self, mcp_path: str, grace_seconds: float) -> None:
        self.draining = False
        self._mcp_path = mcp_path
        self._grace_seconds = grace_seconds
        self._running_calls = 0
        for signum in SIGNALS:
            signal.signal(signum, self._before_or_after_serving)

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """ASGI middleware that sees the server start, and counts its connections and running calls."""

        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                # Comes right after uvicorn has set its own handlers. They are the one way to ask it to stop, since
                # FastMCP keeps the server object to itself.
                self._take_over_signals()
            if scope["type"] != "http" or scope["path"] != self._mcp_path:
                return await app(scope, receive, send)
            # A POST is a call, which ends by itself. A GET is a stream, which never does: it is not waited for.
            is_call = scope["method"] == "POST"
            self._running_calls += is_call
            unfinished = False

            async def watched_send(message: Message) -> None:
                nonlocal unfinished
                unfinished = message["type"] == "http.response.start" or message.get("more_body", False)
                await send(message)

            try:
                with ACTIVE_CONNECTIONS.track_inprogress():
                    await app(scope, receive, watched_send)
                if unfinished and self.draining:
                    # sse_starlette drops its streams when uvicorn stops. Clients should see an end, not a broken line.
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
            finally:
                self._running_calls -= is_call

        return handle

    def _take_over_signals(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop_uvicorn = signal.getsignal(signal.SIGTERM)
        for signum in SIGNALS:
            signal.signal(signum, self._begin)

    def _begin(self, signum: int, frame: FrameType | None) -> None:
        if self.draining:  # A second signal means: now.
            return self._stop_uvicorn(signum, frame)
        self.draining = True
        # Not from here: a signal handler may interrupt the event loop, or the logging, in the middle of anything.
        self._loop.call_soon_threadsafe(self._start_draining, signum)

    def _start_draining(self, signum: int) -> None:
        logger.info("shutting down", extra={"signal": signal.Signals(signum).name})
        self._task = self._loop.create_task(self._drain(signum))  # kept, or it could be garbage-collected

    async def _drain(self, signum: int) -> None:
        deadline = self._loop.time() + self._grace_seconds
        await asyncio.sleep(UNREADY_SECONDS)
        while self._running_calls and self._loop.time() < deadline:
            await asyncio.sleep(0.05)
        logger.info("closing connections", extra={"unfinished_calls": self._running_calls})
        self._stop_uvicorn(signum, None)

    def _before_or_after_serving(self, signum: int, frame: FrameType | None) -> None:
        # uvicorn raises the signal again once it has stopped. Having stopped in good order is success: exit with 0.
        if not self.draining:
            sys.exit(0)
