import { join } from "node:path";
import { finish } from "./child";
import { APPLIED, OWN } from "./kubernetes";
import { clusterConfig, type ReadyImages, withReadyImages } from "./kubernetesStack";
import { type Comparison, compare, median } from "./measure";
import type { Benchmark, Settings } from "./settings";
import { STACK } from "./workspace";

/** A first `up` and its removal take a minute. */
const FIRST_RUNS = 3;

/** The longest that kubectl waits for a rollout. */
const TIMEOUT = "--timeout=180s";

/** The stack with two servers and Redis, their images ready, against kubectl and the same manifests. */
export const kubernetesUp: Benchmark = {
  name: "kubernetes-up",
  summary: "first and no-op `up` of two servers and Redis, images ready, against kubectl apply and diff",
  run: (settings: Settings) => withReadyImages(settings, measure),
};

/** The two sides: our stack, and the folder with its manifests for another namespace. */
interface Sides extends ReadyImages {
  own: string;
  empty: string;
  manifests: string;
}

async function measure(images: ReadyImages): Promise<Comparison[]> {
  const { workspace, engine, way, settings } = images;
  const servers = images.servers.map((server) => ({ ...server, services: ["redis"] }));
  const own = workspace.ownProject("own", servers, clusterConfig(OWN, true));
  const rendered = workspace.ownProject("rendered", servers, clusterConfig(APPLIED, true));
  const empty = workspace.project("empty", "export {};\n", "module.exports = async () => ({});\n");
  const manifests = join(rendered, "rendered", STACK);
  const sides = { ...images, own, empty, manifests };
  try {
    for (const root of [own, rendered, empty]) await engine.createStack(root);
    await finish(engine.render(rendered, manifests));
    settings.progress("deploying both sides, which pulls the images to the nodes");
    await finish(engine.up(own, way));
    await applyAndWait(sides);
    const unchanged = await noop(sides);
    await removeOwn(sides);
    await removeApplied(sides);
    return [await first(sides), ...unchanged];
  } finally {
    await engine.destroy(own).catch(() => {});
  }
}

/** From nothing until all pods of both sides are ready. */
async function first(sides: Sides): Promise<Comparison> {
  const { engine, way, own, empty, settings } = sides;
  const bare: number[] = [];
  const subject = async () => {
    const { milliseconds } = await finish(engine.up(own, way));
    await removeOwn(sides);
    return milliseconds;
  };
  const reference = async () => {
    bare.push((await finish(engine.up(empty, way))).milliseconds);
    const took = await applyAndWait(sides);
    await removeApplied(sides);
    return took;
  };
  const found = await compare(
    { name: `two servers and Redis (${way})`, run: subject },
    { name: "kubectl apply --server-side, rollout status", run: reference },
    {
      title: "first up in Kubernetes, images ready",
      runs: FIRST_RUNS,
      warmUp: false,
      progress: settings.progress,
    },
  );
  return { ...found, notes: [besideEmpty(found, bare)] };
}

/** Nothing to change, on both sides: `kubectl diff` fails when it finds a difference. */
async function noop(sides: Sides): Promise<Comparison[]> {
  const { engine, kubectl, own, empty, manifests, settings } = sides;
  await engine.expectNoChanges(own);
  const found: Comparison[] = [];
  for (const way of engine.ways) {
    const applied: number[] = [];
    const bare: number[] = [];
    const reference = async () => {
      applied.push(await kubectl.run("apply", "--server-side", "-k", manifests));
      bare.push((await finish(engine.up(empty, way))).milliseconds);
      return kubectl.run("diff", "--server-side", "-k", manifests);
    };
    const subject = async () => (await finish(engine.up(own, way))).milliseconds;
    const comparison = await compare(
      { name: `two servers and Redis (${way})`, run: subject },
      { name: "kubectl diff --server-side", run: reference },
      { title: `no-op up in Kubernetes (${way})`, runs: settings.runs, progress: settings.progress },
    );
    const again = `kubectl apply --server-side of the same: ${seconds(median(applied.slice(1)))}`;
    found.push({ ...comparison, notes: [besideEmpty(comparison, bare.slice(1)), again] });
  }
  return found;
}

/** Against kubectl and what any program of Pulumi costs. */
function besideEmpty({ subject, reference }: Comparison, bare: number[]): string {
  const both = reference.median + median(bare);
  const ratio = (subject.median / both).toFixed(2);
  return `against kubectl and the \`up\` of an empty program (together ${seconds(both)}): ${ratio}`;
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

/** What somebody types who has the manifests: one command, then the wait for the rollouts. */
async function applyAndWait({ kubectl, manifests }: Sides): Promise<number> {
  const applied = await kubectl.run("apply", "--server-side", "-k", manifests);
  const kinds = "statefulsets,deployments";
  return applied + (await kubectl.run("rollout", "status", kinds, "--namespace", APPLIED, TIMEOUT));
}

/** The next `up` is a first one again. */
async function removeOwn({ engine, kubectl, own }: Sides): Promise<void> {
  await engine.destroy(own);
  await kubectl.removeNamespace(OWN);
}

const removeApplied = ({ kubectl }: Sides): Promise<void> => kubectl.removeNamespace(APPLIED);
