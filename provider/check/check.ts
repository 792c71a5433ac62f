import type { Operations } from "../operations";
import { anyChanged } from "../values";

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
}

export interface CheckOutputs extends CheckInputs {
  serverName: string;
  serverVersion: string;
  protocolVersion: string;
  tools: string[];
  toolsDigest: string;
  /** What `secrets` was called in states of version 0.1. */
  secretEnv?: Record<string, string>;
}

const CHECK_AGAIN_ON = ["url", "command", "args", "env", "secrets", "triggers"] as const;

export const mcpCheck = {
  async diff(_id: string, olds: CheckOutputs, news: CheckInputs) {
    const { secretEnv, ...before } = olds;
    return { changes: anyChanged({ secrets: secretEnv, ...before }, news, CHECK_AGAIN_ON) };
  },
  async create(inputs: CheckInputs) {
    return { id: inputs.server, outs: await checkServer(inputs) };
  },
  async update(_id: string, _olds: CheckOutputs, news: CheckInputs) {
    return { outs: await checkServer(news) };
  },
} satisfies Operations<CheckInputs, CheckOutputs>;

/** Loads the MCP client, which takes as long as all the rest, only when a server is really checked. */
function checkServer(inputs: CheckInputs): Promise<CheckOutputs> {
  return (require("./checkServer") as typeof import("./checkServer")).checkServer(inputs);
}
