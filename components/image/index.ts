export { McpImage } from "./mcpImage";
