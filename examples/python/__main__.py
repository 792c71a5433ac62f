import pulumi
import pulumi_mcp_deploy as mcp

config = pulumi.Config()

greeter = mcp.McpProcess(
    "greeter",
    source="../greeter",
    transport=mcp.Transport.HTTP,
    port=config.require_int("port"),
    env={"GREETING": config.require("greeting")},
)

pulumi.export("url", greeter.url)
pulumi.export("tools", greeter.tools)
