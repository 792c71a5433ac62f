/** Label of a container with the name of its server, as images of the MCP registry carry it. */
export const SERVER_LABEL = "io.modelcontextprotocol.server.name";

/** Label of a container with the stack that it belongs to: one Docker Engine may run several. */
export const STACK_LABEL = "pulumi-mcp-deploy.stack";
