/** Inputs of a check; the field's meanings stand in McpCheckArgs. */
export interface CheckInputs {
  server: string;
  url?: string;
  command?: string;
  args?: string[];
  env?: Record<string, string>;
  secrets?: Record<string, string>;
  logFile?: string;
  timeoutSeconds?: number;
  triggers?: string[];
  /** What `secrets` was called in states of version 0.1; never from a program. */
  secretEnv?: Record<string, string>;
}

export interface CheckOutputs extends CheckInputs {
  serverName: string;
  serverVersion: string;
  protocolVersion: string;
  tools: string[];
  toolsDigest: string;
}
