import { finish } from "./child";
import { BenchEngine, Way } from "./engine";
import { type Comparison, compare } from "./measure";
import { freePorts } from "./ports";
import type { Benchmark, Settings } from "./settings";
import { example, Workspace } from "./workspace";

const GOAL = 1.5;

/** An `up` that finds nothing to do: the local stack with its three servers running, against an empty program. */
export const noopUp: Benchmark = {
  name: "noop-up",
  summary: "`up` without changes of the local stack against that of an empty program",
  async run({ runs, progress }: Settings): Promise<Comparison[]> {
    const workspace = new Workspace();
    const engine = await BenchEngine.open(workspace);
    const own = workspace.ownProject("own", await localServers());
    const empty = workspace.project("empty", "export {};\n", "module.exports = async () => ({});\n");
    try {
      progress("no-op up: deploying the stacks");
      for (const root of [own, empty]) await engine.createStack(root);
      for (const root of [own, empty]) await finish(engine.up(root, Way.Scripts));
      const comparisons: Comparison[] = [];
      for (const way of engine.ways) {
        const side = (name: string, root: string) => ({
          name,
          run: async () => (await finish(engine.up(root, way))).milliseconds,
        });
        comparisons.push(
          await compare(side("local stack, 3 servers", own), side("empty program", empty), {
            title: `no-op up (${way})`,
            runs,
            goal: GOAL,
            progress,
          }),
        );
      }
      return comparisons;
    } finally {
      progress("no-op up: removing the servers");
      // After a failed start there is nothing to remove, and the failure itself is what has to be told.
      await engine.destroy(own).catch(() => {});
      workspace.remove();
    }
  },
};

/** The servers of Pulumi.local.yaml, on ports that are free. */
async function localServers(): Promise<object[]> {
  const [port, metricsPort, port2, metricsPort2] = await freePorts(4);
  return [
    { name: "python-server", source: example("python-server"), port, metricsPort },
    { name: "node-server", source: example("node-server"), port: port2, metricsPort: metricsPort2 },
    { name: "simple-server", source: example("simple-server") },
  ];
}
