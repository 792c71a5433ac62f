export { formatProblem, InvalidInputError, type Problem } from "../../common/errors";
export { dependencyDigest, sourceDigest, sourceFiles } from "../../common/source/digest";
export { NEVER_DEPLOYED } from "../../common/source/exclude";
export { ADVICE_RULES, type Advice, type AdviceContext, advise, fitWarnings, type Reason } from "./advisor";
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
  Sessions,
  Severity,
  Target,
  Transport,
} from "./args";
export { DEFAULTS } from "./defaults";
export type { Dependency, EntryPoint } from "./detection";
export { inspectFolder } from "./inspect";
export type { Inspection, TextFile } from "./inspection";
export { type Command, imageCommand, launchCommand, listenEnv, moduleEnv } from "./launch";
export { memoryMiB, parseMemory } from "./memory";
export { plainFields, plainSettings } from "./plain";
export { declaredRequirements } from "./pythonRequirements";
export { type ResolveOptions, resolve } from "./resolve";
export {
  type DeployedServer,
  hasSource,
  type ImageSettings,
  type Probe,
  type ResolvedServer,
  type ServerSettings,
  type SourceSettings,
} from "./resolved";
export { TELEMETRY_FOLDER } from "./telemetry";
export * from "./validate";
export * from "./validateHealth";
export * from "./validateImage";
export * from "./validateResources";
