/** The public surface: the components, their args, and the enums that the args use. */
export { McpCheck, type McpCheckArgs } from "./check";
export { McpProcess } from "./process/mcpProcess";
export {
  Client,
  type HealthArgs,
  type McpServerArgs,
  type ResourcesArgs,
  Runtime,
  Target,
  Transport,
} from "./server/args";
