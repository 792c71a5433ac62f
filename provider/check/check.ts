import type { Operations } from "../operations";
import { changesOf, UNKNOWN } from "../values";
import type { CheckInputs, CheckOutputs } from "./properties";

const CHECK_AGAIN_ON = ["url", "command", "args", "env", "secrets", "triggers"] as const;

/** Refreshing a state of version 0.1 compares it with its own inputs. */
const named = ({ secretEnv, ...others }: CheckInputs): CheckInputs => ({ secrets: secretEnv, ...others });

export const mcpCheck = {
  async diff(_id: string, olds: CheckOutputs, news: CheckInputs) {
    return { changes: changesOf(named(olds), named(news), CHECK_AGAIN_ON) };
  },
  async create(inputs: CheckInputs) {
    return { id: inputs.server, outs: await checkServer(inputs) };
  },
  async update(_id: string, _olds: CheckOutputs, news: CheckInputs) {
    return { outs: await checkServer(news) };
  },
  /** Where it is known what the server will be, it is the same code with other settings: it is expected to offer the same. */
  known({ serverName, serverVersion, protocolVersion, tools, toolsDigest }: CheckOutputs, news: CheckInputs) {
    if (JSON.stringify(news).includes(UNKNOWN)) return {};
    return { serverName, serverVersion, protocolVersion, tools, toolsDigest };
  },
} satisfies Operations<CheckInputs, CheckOutputs>;

/** Loads the MCP client, which takes as long as all the rest, only when a server is really checked. */
function checkServer(inputs: CheckInputs): Promise<CheckOutputs> {
  return (require("./checkServer") as typeof import("./checkServer")).checkServer(inputs);
}
