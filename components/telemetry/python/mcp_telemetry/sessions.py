"""Sees the requests of servers on version 1 of the MCP SDK, which has no middleware."""

from time import perf_counter

from .requests import CANCELLED, TOOL_ERROR, error_type

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
            _record(self, *((CANCELLED, None) if self.cancelled else _outcome(self, response)))
        await respond(self, response)

    def __exit__(self, kind, error, trace):
        # What has been answered is recorded by now. The rest was cancelled, or its handler broke.
        if hasattr(self, _start):
            _record(self, error_type(error) if error else CANCELLED, None)
        return leave(self, kind, error, trace)

    def _record(responder, failure, said):
        request = responder.request.root
        seconds = perf_counter() - getattr(responder, _start)
        delattr(responder, _start)
        requests.record(request.method, responder.request_id, request.params, seconds, failure, said)

    def _outcome(responder, response):
        code = getattr(response, "code", None)
        if code is not None:
            return str(code), response.message
        result = response.root
        if getattr(result, "isError", False) is True:
            return TOOL_ERROR, getattr(result.content[0], "text", None) if result.content else None
        requests.learn(responder.request.root.method, result)
        return None, None

    responder_class.__enter__ = __enter__
    responder_class.respond = observed_respond
    responder_class.__exit__ = __exit__
