import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "../../components/pulumi";
import type { Cluster } from "../../config/plain";

/** Where everything of the stack goes. */
export interface Place {
  namespace: pulumi.Input<string>;
  cluster: Cluster;
  provider: kubernetes.Provider;
}

/** Name of the stack's namespace. */
export const namespaceName = ({ namespace = `mcp-${pulumi.getStack()}` }: Cluster): string => namespace;
