import { finish } from "./child";
import { BenchEngine } from "./engine";
import { CLUSTER_ENV, needCluster, OWN } from "./kubernetes";
import { clusterConfig } from "./kubernetesStack";
import { type Comparison, compare } from "./measure";
import type { Benchmark, Settings } from "./settings";
import { Workspace } from "./workspace";

/** Ten times as many servers may take hardly more than ten times as long. */
const GOAL = 10.5;

const COUNTS = [
  [10, 1],
  [100, 10],
] as const;

/** A preview pulls nothing, so that no registry needs to have it. */
const IMAGE = { reference: `registry.example.com/mcp/server@sha256:${"0".repeat(64)}` };

/** How registration grows with the number of servers: the first preview, which changes nothing in the cluster. */
export const kubernetesGrowth: Benchmark = {
  name: "kubernetes-growth",
  summary: "first preview of 1, 10 and 100 servers of one ready image in Kubernetes",
  async run({ runs, progress }: Settings): Promise<Comparison[]> {
    await needCluster();
    const workspace = new Workspace(CLUSTER_ENV);
    try {
      const engine = await BenchEngine.open(workspace);
      const side = async (count: number) => {
        const servers = Array.from({ length: count }, (_, index) => ({ name: `server-${index}`, image: IMAGE }));
        const root = workspace.ownProject(`servers-${count}`, servers, clusterConfig(OWN, false));
        await engine.createStack(root);
        const name = `${count} server${count > 1 ? "s" : ""}`;
        return { name, run: async () => (await finish(engine.preview(root))).milliseconds };
      };
      const sides = new Map(await Promise.all([1, 10, 100].map(async (count) => [count, await side(count)] as const)));
      const found: Comparison[] = [];
      for (const [more, fewer] of COUNTS) {
        const [subject, reference] = [sides.get(more), sides.get(fewer)];
        if (!subject || !reference) throw new Error(`There is no project of ${more} or ${fewer} servers.`);
        const title = `growth in Kubernetes, first preview of ${more} against ${fewer}`;
        const comparison = await compare(subject, reference, { title, runs, goal: GOAL, progress });
        const each = (comparison.subject.median - comparison.reference.median) / (more - fewer);
        found.push({ ...comparison, notes: [`${each.toFixed(0)} ms for each server more`] });
      }
      return found;
    } finally {
      workspace.remove();
    }
  },
};
