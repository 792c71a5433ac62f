import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "../../components/pulumi";
import type { ClusterConfig } from "../../config/kubernetes";

/** Where everything of the stack goes. */
export interface Place {
  namespace: pulumi.Input<string>;
  cluster: ClusterConfig;
  provider: kubernetes.Provider;
}

/** Name of the stack's namespace. */
export const namespaceName = ({ namespace = `mcp-${pulumi.getStack()}` }: ClusterConfig): string => namespace;
