import { forwardPort } from "../test/support/clusterObjects";
import { finish } from "./child";
import { firstAnswer } from "./firstAnswer";
import { type Kubectl, OWN } from "./kubernetes";
import { clusterConfig, type ReadyImages, withReadyImages } from "./kubernetesStack";
import { type Comparison, comparison, percentile } from "./measure";
import { PodWatch } from "./podWatch";
import type { Benchmark, Settings } from "./settings";

/** Fewer would not make a p99; it is the slowest of so many. */
const PODS = 20;

/** A refused attempt goes through the API server and the kubelet: asked more often, that slows down what is measured. */
const POLL_MS = 100;

/** The port of the example servers in their containers. */
const PORT = 8080;

/** How long a pod takes until it is of use: created, then the first answered call of a tool. */
export const podReady: Benchmark = {
  name: "pod-ready",
  summary: `pod created to the first tools/call, p50 and p99 over ${PODS} pods of each example server`,
  run: (settings: Settings) => withReadyImages(settings, measure),
};

async function measure({ workspace, engine, way, kubectl, servers, settings }: ReadyImages): Promise<Comparison[]> {
  const own = workspace.ownProject("own", servers, clusterConfig(OWN, false));
  try {
    settings.progress("deploying the servers");
    await engine.createStack(own);
    await finish(engine.up(own, way));
    for (const { name } of servers) await removePods(kubectl, name);
    const found: Comparison[] = [];
    for (const { name } of servers) found.push(await measureServer(name, kubectl, settings));
    return found;
  } finally {
    await engine.destroy(own).catch(() => {});
  }
}

async function measureServer(name: string, kubectl: Kubectl, { runs, progress }: Settings): Promise<Comparison> {
  const [answers, readies]: [number[], number[]] = [[], []];
  const pods = Math.max(PODS, runs);
  for (let pod = 0; pod <= pods; pod++) {
    progress(`pod ready, ${name}: ${pod === 0 ? "warm-up" : `pod ${pod} of ${pods}`}`);
    const { answered, ready } = await startPod(name, kubectl);
    if (pod === 0) continue;
    answers.push(answered);
    readies.push(ready);
  }
  return comparison(
    {
      title: `pod created to the first tools/call, ${name}`,
      notes: [shares("first tools/call", answers), shares("pod Ready", readies)],
    },
    ["first tools/call answered", answers],
    ["pod Ready, which its Service waits for", readies],
  );
}

/** One pod, from its creation until it has answered and is ready; then it is removed. */
async function startPod(name: string, kubectl: Kubectl): Promise<{ answered: number; ready: number }> {
  const watch = await PodWatch.open(OWN, name);
  try {
    await kubectl.run("scale", `deployment/${name}`, "--replicas=1", "--namespace", OWN);
    return await timePod(watch);
  } finally {
    watch.close();
    await removePods(kubectl, name);
  }
}

async function timePod(watch: PodWatch): Promise<{ answered: number; ready: number }> {
  const { pod, created } = await watch.created;
  const forward = await forwardPort(OWN, pod, PORT);
  try {
    const [answered, ready] = await Promise.all([firstAnswer(forward.port, created, POLL_MS), watch.ready]);
    return { answered, ready: ready - created };
  } finally {
    await forward.stop();
  }
}

/** Leaves a server without pods. Nobody calls it any more: the time that they have to drain would be waiting only. */
async function removePods(kubectl: Kubectl, name: string): Promise<void> {
  await kubectl.run("scale", `deployment/${name}`, "--replicas=0", "--namespace", OWN);
  const pods = ["pods", "--selector", `app.kubernetes.io/name=${name}`, "--namespace", OWN];
  await kubectl.run("delete", ...pods, "--grace-period=1", "--wait");
}

function shares(what: string, samples: number[]): string {
  const seconds = (share: number) => (percentile(samples, share) / 1000).toFixed(2);
  return `${what}: p50 ${seconds(0.5)} s, p99 ${seconds(0.99)} s`;
}
