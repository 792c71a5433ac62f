"""Sees the requests of servers on version 1 of the MCP SDK, which has no middleware."""

from time import perf_counter

from .requests import CANCELLED, TOOL_ERROR, Failure, harmless, raised

_start = "_mcp_telemetry_start"


def observe(responder_class, requests):
    """Follow the object that the SDK makes for each request, from where its handling begins to where it is answered."""
    enter, respond, leave = responder_class.__enter__, responder_class.respond, responder_class.__exit__

    def __enter__(self):
        # Clients have such objects as well, and so has a session over stdio or within the process.
        if getattr(self.message_metadata, "request_context", None) is not None:
            setattr(self, _start, perf_counter())
        return enter(self)

    async def observed_respond(self, response):
        # Before the answer is on its way: who has got it, finds it in the metrics.
        if hasattr(self, _start):
            with harmless():
                _record(self, Failure(CANCELLED) if self.cancelled else _failure(self, response))
        await respond(self, response)

    def __exit__(self, kind, error, trace):
        # What has been answered is recorded by now. The rest was cancelled, or its handler broke.
        if hasattr(self, _start):
            with harmless():
                _record(self, raised(error) if error else Failure(CANCELLED))
        return leave(self, kind, error, trace)

    def _record(responder, failure):
        seconds = perf_counter() - getattr(responder, _start)
        delattr(responder, _start)
        request = responder.request.root
        requests.record(request.method, responder.request_id, request.params, seconds, failure)

    def _failure(responder, response):
        code = getattr(response, "code", None)
        if code is not None:
            return Failure(str(code), response.message)
        result = response.root
        if getattr(result, "isError", False) is True:
            return Failure(TOOL_ERROR, getattr(result.content[0], "text", None) if result.content else None)
        requests.learn(responder.request.root.method, result)
        return None

    responder_class.__enter__ = __enter__
    responder_class.respond = observed_respond
    responder_class.__exit__ = __exit__
