import type * as pulumi from "@pulumi/pulumi";
import { anyChanged } from "../values";
import type { CheckInputs, CheckOutputs } from "./properties";

const CHECK_AGAIN_ON = ["url", "command", "args", "env", "secretEnv", "triggers"] as const;
export const checkProvider = {
  async diff(_id: string, olds: CheckOutputs, news: CheckInputs): Promise<pulumi.dynamic.DiffResult> {
    return { changes: anyChanged(olds, news, CHECK_AGAIN_ON) };
  },
  async create(inputs: CheckInputs): Promise<pulumi.dynamic.CreateResult<CheckOutputs>> {
    return { id: inputs.server, outs: await checkServer(inputs) };
  },
  async update(_id: string, _olds: CheckOutputs, news: CheckInputs) {
    return { outs: await checkServer(news) };
  },
} satisfies pulumi.dynamic.ResourceProvider<CheckInputs, CheckOutputs>;

/** Loads the MCP client, which takes as long as all the rest, only when a server is really checked. */
function checkServer(inputs: CheckInputs): Promise<CheckOutputs> {
  return (require("./checkServer") as typeof import("./checkServer")).checkServer(inputs);
}
