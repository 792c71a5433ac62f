/** The public surface: the components, their args, and the enums that the args use. */
export { McpCheck, type McpCheckArgs } from "./check";
export { McpContainer, type McpContainerArgs } from "./docker/mcpContainer";
export { McpRedis, type McpRedisArgs } from "./docker/mcpRedis";
export { McpService, type McpServiceArgs } from "./docker/mcpService";
export { McpImage } from "./image";
export { McpProcess } from "./process/mcpProcess";
export {
  type BridgeArgs,
  Client,
  type DevelopArgs,
  type HealthArgs,
  type ImageArgs,
  ImageLayout,
  ImagePinning,
  type McpServerArgs,
  type RegistryArgs,
  type ResourcesArgs,
  Runtime,
  type ScanArgs,
  Scanner,
  Severity,
  Target,
  Transport,
} from "./server/args";
