import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { publishImage, registryAddress } from "../test/support/clusterImages";
import { kubeConfig } from "../test/support/kubernetes";
import { finish } from "./child";
import { docker, needDocker, needPlugins, tryDocker } from "./docker";
import { BenchEngine, type Way } from "./engine";
import { APPLIED, CLUSTER_ENV, cleanUpCluster, Kubectl, needCluster, needRegistry } from "./kubernetes";
import type { Comparison } from "./measure";
import type { Settings } from "./settings";
import { example, Workspace } from "./workspace";

/** The same repositories for every run, so that the registry does not fill up. */
const REPOSITORY = "mcp-bench";

/** Small, so that a node which others use has room. The limits, which say how fast a server may start, are the product's. */
const RESOURCES = { cpuReservation: 0.05, memoryReservation: "64Mi" };

/** A server of which the registry has the image, as a stack's config has it. */
export interface ReadyServer {
  name: string;
  image: { reference: string };
}

/** What a benchmark needs to deploy ready images to the cluster. */
export interface ReadyImages {
  workspace: Workspace;
  engine: BenchEngine;
  /** The plainest way that this machine has. */
  way: Way;
  kubectl: Kubectl;
  servers: ReadyServer[];
  settings: Settings;
}

/** Config of a stack in this namespace, which goes with it. */
export const clusterConfig = (namespace: string, redis: boolean): object => ({
  "mcp:target": "kubernetes",
  "mcp:kubernetes": { context: kubeConfig().currentContext, namespace, keepData: false },
  "mcp:registry": { server: registryAddress, namespace: REPOSITORY },
  ...(redis && { "mcp:services": [{ name: "redis", kind: "redis" }] }),
});

/** Builds and pushes the images of the example servers, and removes afterwards all but what the registry has. */
export async function withReadyImages(
  settings: Settings,
  measure: (images: ReadyImages) => Promise<Comparison[]>,
): Promise<Comparison[]> {
  await needCluster();
  needDocker();
  await needPlugins();
  await needRegistry();
  const workspace = new Workspace(CLUSTER_ENV);
  try {
    const kubectl = await Kubectl.find(workspace);
    const engine = await BenchEngine.open(workspace);
    const [way] = engine.ways;
    if (!way) throw new Error("There is no way to run the engine.");
    settings.progress("building and pushing the images");
    await publishImage("redis:7-alpine");
    const servers = await buildImages(workspace, engine, ["python-server", "node-server"]);
    return await measure({ workspace, engine, way, kubectl, servers, settings });
  } finally {
    // A cluster that is gone must not hide why the benchmark failed, nor keep the rest from being removed.
    await cleanUpCluster().catch((error: Error) => settings.progress(`namespaces were left behind: ${error.message}`));
    removeImages();
    workspace.remove();
  }
}

function removeImages(): void {
  const names = docker("images", "--format", "{{.Repository}}:{{.Tag}}", `${registryAddress}/${REPOSITORY}/*`);
  for (const name of names.split("\n").filter(Boolean)) tryDocker("rmi", name);
}

/** By a render that builds: it pushes the images and does not touch the cluster. */
async function buildImages(workspace: Workspace, engine: BenchEngine, names: string[]): Promise<ReadyServer[]> {
  const sources = names.map((name) => ({ name, source: example(name) }));
  const root = workspace.ownProject("images", sources, clusterConfig(APPLIED, false));
  await engine.createStack(root);
  const folder = join(root, "rendered");
  await finish(engine.render(root, folder));
  return names.map((name) => {
    const manifest = parse(readFileSync(join(folder, `70-deployment-${name}.yaml`), "utf8"));
    const reference: string = manifest.spec.template.spec.containers[0].image;
    return { name, image: { reference }, resources: RESOURCES };
  });
}
