/** Inputs of the wait for a rollout. */
export interface RolloutInputs {
  /** Name of the server or service, for messages. */
  server: string;
  /** "Deployment", "StatefulSet" or "DaemonSet". */
  kind: string;
  namespace: string;
  /** Name of the object. */
  object: string;
  /** Digest of what its pods are made of. */
  template: string;
  timeoutSeconds: number;
  /** Port of the MCP endpoint in the pod; none for a service that is no MCP server. */
  port?: number;
  /** Path of the MCP endpoint. */
  path?: string;
  /** Values that are masked in messages. */
  secrets?: string[];
  kubeconfig?: string;
  context?: string;
}

export interface RolloutOutputs extends RolloutInputs {
  tools: string[];
  toolsDigest: string;
}
