"""Sees the requests of servers on version 2 of the MCP SDK, as the outermost of their middleware."""

from time import perf_counter

from .requests import CANCELLED, TOOL_ERROR, error_type

LISTEN = "subscriptions/listen"


def middleware(requests):
    """A middleware of the SDK's low-level server, through which each message goes once, whatever framework is on top."""

    async def observe(ctx, call_next):
        # Notifications have no id, and what comes over stdio or from within the process has no HTTP request.
        if ctx.request_id is None or ctx.request is None:
            return await call_next(ctx)
        method = ctx.method
        if method == "tools/list" and ctx.request.headers.get("mcp-method") == "tools/call":
            # For a tools/call of 2026-07-28 the SDK lists the tools by itself, to check the request's headers against
            # the tool's schema. No client asked for that.
            result = await call_next(ctx)
            requests.learn(method, result)
            return result
        start = perf_counter()
        try:
            result = await call_next(ctx)
        except BaseException as error:  # so that a call whose client went away (CancelledError) is no success
            seconds = perf_counter() - start
            kind = error_type(error)
            # A subscription has no other end than that.
            ended = kind == CANCELLED and method == LISTEN
            requests.record(method, ctx.request_id, ctx.params, seconds, None if ended else kind, str(error))
            raise
        seconds = perf_counter() - start
        if method == "tools/call" and _is_error(result):
            requests.record(method, ctx.request_id, ctx.params, seconds, TOOL_ERROR, _text(result))
        else:
            requests.record(method, ctx.request_id, ctx.params, seconds)
            requests.learn(method, result)
        return result

    return observe


def _is_error(result):
    # A dict as a rule; the model where a middleware answered by itself.
    return result.get("isError") is True if isinstance(result, dict) else getattr(result, "is_error", False) is True


def _text(result):
    content = result.get("content") if isinstance(result, dict) else result.content
    first = content[0] if content else {}
    return first.get("text") if isinstance(first, dict) else getattr(first, "text", None)
