"""Graceful shutdown on SIGTERM and SIGINT: turn unready, let running calls finish, end the streams, exit with 0.

uvicorn alone stops listening at once, cuts off the calls that answer in a stream, and dies of the signal (code 143).
"""

import asyncio
import signal

from . import activation, logs

SIGNALS = (signal.SIGTERM, signal.SIGINT)
# Proxies go on sending for a moment after a shutdown begins: what they send still has to land.
UNREADY_SECONDS = 1.0
# How long streams that are ended may take for it.
ENDING_SECONDS = 0.5


class Shutdown:
    """Takes the signals over from uvicorn's server, and stops it once it may go."""

    def __init__(self, server, app, grace_seconds):
        self._server = server
        self._app = app
        self._grace_seconds = grace_seconds

    @property
    def should_exit(self):
        """Whether uvicorn is stopping: sse_starlette looks for it at the object whose method handles SIGTERM."""
        return self._server.should_exit

    def take_over(self, signals):
        """Handle those of the signals that uvicorn handles now. The server's own handlers stay where they are."""
        self._loop = asyncio.get_running_loop()
        for signum in signals:
            if getattr(signal.getsignal(signum), "__self__", None) is self._server:
                signal.signal(signum, self._begin)

    def _begin(self, signum, frame):
        if self._app.draining:  # A second signal means: now.
            self._limit_wait(0.1)
            self._server.force_exit = self._server.should_exit = True
            return
        self._app.draining = True
        # Not from here: a signal handler may interrupt the event loop, or the logging, in the middle of anything.
        self._loop.call_soon_threadsafe(self._start_draining, signum)

    def _start_draining(self, signum):
        logs.write(logs.INFO, "shutting down", {"signal": signal.Signals(signum).name})
        self._task = self._loop.create_task(self._drain())  # kept, or it could be garbage-collected

    async def _drain(self):
        try:
            await asyncio.sleep(UNREADY_SECONDS)
            await self._wait_while(self._running_calls, self._grace_seconds - UNREADY_SECONDS)
            logs.write(logs.INFO, "closing connections", {"unfinished_calls": self._running_calls()})
            activation.close_subscriptions()
            await self._wait_while(lambda: any(exchange.is_subscription for exchange in self._app.open), ENDING_SECONDS)
            for exchange in list(self._app.open):
                exchange.end()
            await self._wait_while(lambda: self._app.open, ENDING_SECONDS)
        finally:
            self._limit_wait(ENDING_SECONDS)
            # Not by uvicorn's own handler, which would raise the signal again in the end: to have stopped in good order
            # is success.
            self._server.should_exit = True

    async def _wait_while(self, condition, seconds):
        deadline = self._loop.time() + seconds
        while condition() and self._loop.time() < deadline:
            await asyncio.sleep(0.05)

    def _running_calls(self):
        return sum(not exchange.is_stream for exchange in self._app.open)

    def _limit_wait(self, seconds):
        # Without a limit uvicorn waits for ever for what does not end.
        if self._server.config.timeout_graceful_shutdown is None:
            self._server.config.timeout_graceful_shutdown = seconds


def replaceable_signals():
    """The signals for which the server has no handler of its own. To be asked before uvicorn sets its handlers."""
    return [signum for signum in SIGNALS if _is_default(signal.getsignal(signum))]


def _is_default(handler):
    if handler in (signal.SIG_DFL, signal.SIG_IGN, signal.default_int_handler):
        return True
    # asyncio.run() handles SIGINT for as long as it runs.
    function = getattr(handler, "func", None)
    return getattr(function, "__module__", None) == "asyncio.runners"
