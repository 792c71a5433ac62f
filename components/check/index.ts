export { McpCheck, type McpCheckArgs } from "./mcpCheck";
