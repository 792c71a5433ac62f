import type { V1Pod } from "@kubernetes/client-node";
import type { CheckOutputs } from "../check/check";
import { maskSecrets } from "../check/logs";
import type { Operations } from "../operations";
import { anyChanged } from "../values";
import type { Cluster } from "./cluster";
import { clusterError } from "./clusterError";

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

const AGAIN_ON = ["kind", "namespace", "object", "template", "port", "path"] as const;

export const rollout = {
  async diff(_id: string, olds: RolloutOutputs, news: RolloutInputs) {
    return { changes: anyChanged(olds, news, AGAIN_ON) };
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
    throw new Error(maskSecrets(clusterError(error).message, inputs.secrets ?? []));
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
