"""Takes out of the libraries' log lines what is not to be logged: arguments of tools, and ids of sessions."""

import re

from . import logs

# pydantic quotes what it refuses, the arguments of a tool: in its messages, and in the lists that FastMCP 3 logs.
_QUOTED_INPUT = re.compile(r", input_value=.*?(?=, input_type=)", re.DOTALL)
_LISTED_INPUT = re.compile(r"'input': .*", re.DOTALL)
# Version 1 of the SDK quotes messages that it does not understand, through the root logger.
_QUOTED_MESSAGE = re.compile(r"^(Failed to validate \w+: [^\n]*|Message that failed validation).*", re.DOTALL)
_SESSION_ID = re.compile(r"\b[0-9a-f]{32}\b")


def without_values(record, text):
    """The text of a record, its message or its exception, with nothing in it that a client has sent as an argument."""
    if record.name.startswith("mcp."):
        text = _SESSION_ID.sub("...", text)
    if logs.logs_arguments():
        return text
    if "input_value=" in text:
        text = _QUOTED_INPUT.sub("", text)
    if record.name == "root":
        return _QUOTED_MESSAGE.sub(r"\1", text)
    return _LISTED_INPUT.sub("'input': ...", text) if record.name.startswith("fastmcp.") else text
