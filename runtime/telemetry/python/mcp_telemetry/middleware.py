"""Sees the requests of servers on version 2 of the MCP SDK, as the outermost of their middleware."""

from time import perf_counter

from .requests import CANCELLED, TOOL_ERROR, Failure, harmless, raised

# They say in a known way that there is no tool of a name. A low-level server says what its author wrote.
FRAMEWORKS = ("fastmcp.", "mcp.server.mcpserver.")


def middleware(server, requests):
    """A middleware of the SDK's low-level server, through which each message goes once, whatever is built on it."""

    async def observe(ctx, call_next):
        # Notifications have no id, and what comes over stdio or from within the process has no HTTP request.
        if ctx.request_id is None or ctx.request is None:
            return await call_next(ctx)
        start = perf_counter()
        try:
            result = await call_next(ctx)
        except BaseException as error:  # so that a call whose client went away (CancelledError) is no success
            seconds = perf_counter() - start
            with harmless():
                _record(ctx, seconds, raised(error, _tells_names(server, ctx.method)))
            raise
        seconds = perf_counter() - start
        with harmless():
            failure = None
            if ctx.method == "tools/call" and _is_error(result):
                failure = Failure(TOOL_ERROR, _text(result), _tells_names(server, ctx.method))
            _record(ctx, seconds, failure)
            requests.learn(ctx.method, result)
        return result

    def _record(ctx, seconds, failure):
        if ctx.method == "tools/list" and ctx.request.headers.get("mcp-method") == "tools/call":
            # For a tools/call of 2026-07-28 the SDK lists the tools by itself, to check the request's headers against
            # the tool's schema. No client asked for that.
            return
        if ctx.method == "subscriptions/listen" and failure and failure.kind == CANCELLED:
            failure = None  # A subscription has no other end than that.
        requests.record(ctx.method, ctx.request_id, ctx.params, seconds, failure)

    return observe


def _tells_names(server, method):
    entry = server.get_request_handler(method)
    return (getattr(getattr(entry, "handler", None), "__module__", None) or "").startswith(FRAMEWORKS)


def _is_error(result):
    # A dict as a rule; the model where a middleware answered by itself.
    return result.get("isError") is True if isinstance(result, dict) else getattr(result, "is_error", False) is True


def _text(result):
    content = result.get("content") if isinstance(result, dict) else result.content
    first = content[0] if content else {}
    return first.get("text") if isinstance(first, dict) else getattr(first, "text", None)
