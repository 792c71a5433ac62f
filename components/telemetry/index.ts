export { nodeOptions, telemetryAddition } from "./image";
export { installTelemetry, layerDigest, NODE_LAYER } from "./install";
