import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api } from "@kubernetes/client-node";
import { kubeConfig } from "../test/support/kubernetes";
import { finish } from "./child";
import { firstAnswer } from "./firstAnswer";
import { APPLIED, OWN } from "./kubernetes";
import { clusterConfig, type ReadyImages, type ReadyServer, withReadyImages } from "./kubernetesStack";
import { type Comparison, compare } from "./measure";
import type { Benchmark, Settings } from "./settings";
import { STACK } from "./workspace";

/** Most that `up` may take beyond its reference, in seconds. */
const GOAL_SECONDS = 3;

/** Between two attempts, in milliseconds. */
const POLL_MS = 50;

/** From the command to the first answered tools/call through the Service: the machine is the cluster's node, as in the tests. */
export const kubernetesCall: Benchmark = {
  name: "kubernetes-call",
  summary: "`up` of a ready image to the first tools/call through its Service, against an empty `up` and kubectl apply",
  run: (settings: Settings) => withReadyImages(settings, measure),
};

async function measure(images: ReadyImages): Promise<Comparison[]> {
  const found: Comparison[] = [];
  for (const server of images.servers) found.push(await measureServer(images, server));
  return found;
}

async function measureServer(images: ReadyImages, server: ReadyServer): Promise<Comparison> {
  const { workspace, engine, way, kubectl, settings } = images;
  const own = workspace.ownProject(`own-${server.name}`, [server], clusterConfig(OWN, false));
  const rendered = workspace.ownProject(`rendered-${server.name}`, [server], clusterConfig(APPLIED, false));
  const empty = workspace.project(`empty-${server.name}`, "export {};\n", "module.exports = async () => ({});\n");
  const manifests = join(rendered, "rendered", STACK);
  try {
    for (const root of [own, rendered, empty]) await engine.createStack(root);
    await finish(engine.render(rendered, manifests));
    const subject = async () => {
      const started = performance.now();
      const ended = finish(engine.up(own, way));
      const took = await answeredThroughService(OWN, server.name, started);
      await ended;
      await engine.destroy(own);
      await kubectl.removeNamespace(OWN);
      return took;
    };
    const reference = async () => {
      const started = performance.now();
      await finish(engine.up(empty, way));
      await kubectl.run("apply", "--server-side", "-k", manifests);
      const took = await answeredThroughService(APPLIED, server.name, started);
      await kubectl.removeNamespace(APPLIED);
      return took;
    };
    const found = await compare(
      { name: `up, ready image (${way})`, run: subject },
      { name: "empty up + kubectl apply", run: reference },
      { title: `first call through the Service, ${server.name}`, runs: settings.runs, progress: settings.progress },
    );
    const beyond = (found.subject.median - found.reference.median) / 1000;
    const verdict = beyond <= GOAL_SECONDS ? "met" : "MISSED";
    return { ...found, notes: [`${beyond.toFixed(2)} s beyond the reference, goal <= ${GOAL_SECONDS} s: ${verdict}`] };
  } finally {
    await engine.destroy(own).catch(() => {});
  }
}

/** Milliseconds from `started` until a tool of the server has answered through its Service. */
async function answeredThroughService(namespace: string, name: string, started: number): Promise<number> {
  const core = kubeConfig().makeApiClient(CoreV1Api);
  for (let waited = 0; waited < 120_000; waited += POLL_MS) {
    const service = await core.readNamespacedService({ name, namespace }).catch(() => undefined);
    const { clusterIP, ports = [] } = service?.spec ?? {};
    if (clusterIP) return firstAnswer(ports[0]?.port ?? 80, started, POLL_MS, clusterIP);
    await sleep(POLL_MS);
  }
  throw new Error(`There was no Service ${name} in ${namespace} within two minutes.`);
}
