import type { ResourceKind } from "../common/resourceTypes";
import type { Operations } from "./operations";

/** Loads what can be done with a kind: only when a resource of it is touched, so that a preview without changes pays for no MCP client or Kubernetes client. */
export const KINDS: Record<ResourceKind, () => Operations> = {
  Installation: () => require("./process/installation").installation,
  Activation: () => require("./process/activation").activation,
  Process: () => require("./process/process").supervisedProcess,
  McpCheck: () => require("./check/check").mcpCheck,
  ContainerReady: () => require("./docker/ready").containerReady,
  ImageScan: () => require("./image/scan").imageScan,
  ClusterLogSetup: () => require("./kubernetes/clusterLogSetup").clusterLogSetup,
  LogSetup: () => require("./logging/setup").logSetup,
  Rollout: () => require("./kubernetes/rollout").rollout,
  ClientFile: () => require("./clients/clientFile").clientFile,
};
