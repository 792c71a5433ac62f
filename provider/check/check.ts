import type { Operations } from "../operations";
import { anyChanged } from "../values";
import type { CheckInputs, CheckOutputs } from "./properties";

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
