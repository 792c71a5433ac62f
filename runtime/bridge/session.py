"""One process of the server for each session."""

import asyncio
import contextlib
import os
import re
import signal
import sys
import time
import uuid

import telemetry
from settings import COMMAND, MAX_MESSAGE, WATCH, dictionary, dumps, log, parse

RENEWAL = "mcp-bridge-renewal"  # Id of the `initialize` that the bridge itself repeats.
MAX_BACKLOG = 100  # Messages kept for a client that has no stream open.
END_SECONDS = 1.0  # For a process to end by itself, and once more after SIGTERM.
SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId"
OWN_ENV = re.compile(r"PORT$|METRICS_(HOST|PORT|CGROUP)$|MCP_BRIDGE_")

sessions: dict[str, "Session"] = {}
children: set["Session"] = set()  # Also those that are ending: they count towards the cap.
tasks: set[asyncio.Task] = set()


class State:
    shared: "Session | None" = None
    draining = False


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
        env = {name: value for name, value in os.environ.items() if not OWN_ENV.match(name)}
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
        elif message.get("method") == "notifications/cancelled" and not self.is_shared:
            self.cancelled(dictionary(message.get("params")).get("requestId"))
        if self.queue is not None:
            self.queue.append(message)
        else:
            self.write(message)

    def cancelled(self, id):
        """The server will not answer any more."""
        if exchange := self.pending.get(id) if isinstance(id, (str, int, float)) else None:
            telemetry.ended(exchange)

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
        telemetry.begun(exchange, message)
        if self.is_shared:
            message = {**message, "id": exchange.key}
            if exchange.token is not None:
                message["params"] = {**params, "_meta": {**meta, "progressToken": exchange.key}}
        self.send(message)

    def abandon(self, exchange):
        """A client that closes its connection wants no answer; where there are no sessions, that is how it cancels."""
        self.last_used = time.monotonic()
        if not self.pending.pop(exchange.key, None) or self.ending:
            return
        telemetry.ended(exchange)
        if self.is_shared:
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
            telemetry.ended(exchange, message)
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
            answer = {"jsonrpc": "2.0", "id": exchange.id, "error": error}
            telemetry.ended(exchange, answer)
            exchange.finish(answer, 500)
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


def restored(message, exchange):
    """A message about a call of the shared process, with the ids that its client knows."""
    params = dict(dictionary(message.get("params")))
    if exchange.token is not None and "progressToken" in params:
        params["progressToken"] = exchange.token
    if SUBSCRIPTION in dictionary(params.get("_meta")):
        params["_meta"] = {**params["_meta"], SUBSCRIPTION: exchange.id}
    return {**message, "params": params}


def signal_group(pid, name):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, name)


def in_background(work):
    task = asyncio.ensure_future(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task
