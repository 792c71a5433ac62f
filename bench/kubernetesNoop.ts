import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { finish } from "./child";
import { APPLIED, OWN } from "./kubernetes";
import { clusterConfig, type ReadyImages, withReadyImages } from "./kubernetesStack";
import { type Comparison, compare } from "./measure";
import type { Benchmark, Settings } from "./settings";
import { REPOSITORY, STACK } from "./workspace";

const GOAL = 1.25;

/** An `up` of the staging stack that finds nothing to do, against a program of the same objects by hand. */
export const kubernetesNoop: Benchmark = {
  name: "kubernetes-noop",
  summary: "`up` without changes of the staging stack against a hand-written program of the same objects",
  run: (settings: Settings) => withReadyImages(settings, unchanged),
};

async function unchanged(images: ReadyImages): Promise<Comparison[]> {
  const { workspace, engine, way: plainest, settings } = images;
  const { runs, progress } = settings;
  const servers = images.servers.map((server) => ({ ...server, services: ["redis"] }));
  const own = workspace.ownProject("own", servers, clusterConfig(OWN, true));
  const rendered = workspace.ownProject("rendered", servers, clusterConfig(APPLIED, true));
  const folder = join(rendered, "rendered", STACK);
  const found: Comparison[] = [];
  let plain: string | undefined;
  try {
    for (const root of [own, rendered]) await engine.createStack(root);
    await finish(engine.render(rendered, folder));
    plain = handwritten(images, folder);
    await engine.createStack(plain);
    for (const root of [plain, own]) await finish(engine.up(root, plainest));
    for (const root of [plain, own]) await engine.expectNoChanges(root);
    for (const way of engine.ways) {
      const side = (name: string, root: string) => ({
        name,
        run: async () => (await finish(engine.up(root, way))).milliseconds,
      });
      const title = `no-op up of the staging stack (${way})`;
      const reference = side("hand-written program", plain);
      found.push(await compare(side("staging stack", own), reference, { title, runs, goal: GOAL, progress }));
    }
    return found;
  } finally {
    if (plain !== undefined) await engine.destroy(plain).catch(() => {});
    await engine.destroy(own).catch(() => {});
  }
}

/** The program that somebody writes by hand for the objects that these manifests describe. */
function handwritten({ workspace }: ReadyImages, folder: string): string {
  const root = workspace.project("plain", "");
  const source = join(REPOSITORY, "bench", "handwritten", "kubernetes.js");
  cpSync(source, join(root, "index.js"));
  writeFileSync(join(root, "Pulumi.yaml"), '{ "name": "mcp", "main": "index.js", "runtime": { "name": "nodejs" } }');
  const manifests = readdirSync(folder)
    .filter((file) => file.endsWith(".yaml") && file !== "kustomization.yaml")
    .sort()
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), "utf8")).map((text) => text.toJS()));
  writeFileSync(join(root, "manifests.json"), JSON.stringify(manifests));
  return root;
}
