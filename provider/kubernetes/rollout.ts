import type { V1Pod } from "@kubernetes/client-node";
import type { CheckOutputs } from "../check/properties";
import type { Operations } from "../operations";
import { changesOf } from "../values";
import type { Cluster } from "./cluster";
import { clusterError } from "./clusterError";
import type { RolloutInputs, RolloutOutputs } from "./rolloutProperties";

const AGAIN_ON = ["kind", "namespace", "object", "template", "port", "path"] as const;

export const rollout = {
  async diff(_id: string, olds: RolloutOutputs, news: RolloutInputs) {
    return { changes: changesOf(olds, news, AGAIN_ON) };
  },
  async create(inputs: RolloutInputs) {
    return { id: `${inputs.namespace}/${inputs.object}`, outs: await watch(inputs) };
  },
  async update(_id: string, _olds: RolloutOutputs, news: RolloutInputs) {
    return { outs: await watch(news) };
  },
} satisfies Operations<RolloutInputs, RolloutOutputs>;

/** Waits for the rollout, and shakes hands with the server. Loads the Kubernetes client only now: it takes longer than all the rest. */
async function watch(inputs: RolloutInputs): Promise<RolloutOutputs> {
  const { openCluster } = require("./cluster") as typeof import("./cluster");
  const { waitForRollout } = require("./waitForRollout") as typeof import("./waitForRollout");
  try {
    const cluster = openCluster(inputs);
    const pod = await waitForRollout(cluster, inputs);
    const surface = inputs.port === undefined || !pod ? undefined : await shakeHands(cluster, pod, inputs.port, inputs);
    return { ...inputs, tools: surface?.tools ?? [], toolsDigest: surface?.toolsDigest ?? "" };
  } catch (error) {
    throw clusterError(error);
  }
}

async function shakeHands(
  cluster: Cluster,
  pod: V1Pod,
  port: number,
  { server, path = "" }: RolloutInputs,
): Promise<CheckOutputs> {
  const { forwardTo } = require("./forward") as typeof import("./forward");
  const { checkServer } = require("../check/checkServer") as typeof import("../check/checkServer");
  const forwarded = await forwardTo(cluster.forward, pod, port);
  try {
    const url = `http://127.0.0.1:${forwarded.port}${path}`;
    return await checkServer({ server, url, timeoutSeconds: 40, triggers: [] }, () => cluster.lastLines(pod, 20));
  } finally {
    forwarded.close();
  }
}
