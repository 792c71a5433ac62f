"""The containerization guidelines' simple MCP server: one tool, no state, no network. No container needed."""

from fastmcp import FastMCP

mcp = FastMCP("simple-server")


@mcp.tool
def simple_tool(param: str) -> str:
    """Simple tool that doesn't need containerization"""
    return f"Processed: {param}"


if __name__ == "__main__":
    # Over stdio, FastMCP's default: the client starts this process and owns its stdin and stdout.
    # Without the banner there is no look-up for updates either: a server's start must not need the network.
    mcp.run(show_banner=False)
