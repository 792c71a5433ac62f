/**
 * For states of version 0.1 alone, whose resources are of Pulumi's dynamic provider: `refresh` and `destroy` run no
 * program that would take them over by aliases, and load `pulumi-mcp-deploy/provider` from the project's node_modules.
 * Secrets come as plain values there, and the engine marks them by itself.
 */
import type { ResourceKind } from "../common/resourceTypes";
import { KINDS } from "./kinds";
import type { Operations } from "./operations";

type Values = Record<string, unknown>;

const older = (kind: ResourceKind) => {
  const operations = () => KINDS[kind]() as Operations<Values, Values>;
  return {
    check: async (_olds: Values, inputs: Values) => ({ inputs, failures: [] }),
    diff: async (id: string, olds: Values, news: Values) => operations().diff(id, olds, news),
    read: async (id: string, props: Values) => (await operations().read?.(id, props)) ?? { id, props },
    delete: async (id: string, props: Values) => operations().delete?.(id, props),
  };
};

export const Installation = older("Installation");
export const Activation = older("Activation");
export const Process = older("Process");
export const Check = older("McpCheck");
export const ContainerReady = older("ContainerReady");
export const ImageScan = older("ImageScan");
export const ClusterLogSetup = older("ClusterLogSetup");
export const LogSetup = older("LogSetup");
export const Rollout = older("Rollout");
export const ClientFile = older("ClientFile");
