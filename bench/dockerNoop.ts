import { finish } from "./child";
import { type DevStack, withDevStack } from "./devStack";
import { handwritten, makeServers } from "./dockerStack";
import { type Comparison, compare } from "./measure";
import type { Benchmark, Settings } from "./settings";

const GOAL = 1.15;

/** An `up` of the dev stack that finds nothing to do, against a program of the same resources by hand. */
export const dockerNoop: Benchmark = {
  name: "docker-noop",
  summary: "`up` without changes of the dev stack against a hand-written program of the same Docker resources",
  run: (settings: Settings) => withDevStack(settings, unchanged),
};

async function unchanged({
  workspace,
  engine,
  way: plainest,
  own,
  servers,
  settings,
}: DevStack): Promise<Comparison[]> {
  const { runs, progress } = settings;
  const [python = 0, node = 0] = (await makeServers(["", ""])).map(({ port }) => port);
  const moved = servers.map((server, index) => ({ ...server, port: index === 0 ? python : node }));
  const plain = handwritten(workspace, "plain", own, moved, true);
  const found: Comparison[] = [];
  try {
    await engine.createStack(plain);
    for (const root of [plain, own]) await finish(engine.up(root, plainest));
    for (const root of [plain, own]) await engine.expectNoChanges(root);
    for (const way of engine.ways) {
      const side = (name: string, root: string) => ({
        name,
        run: async () => (await finish(engine.up(root, way))).milliseconds,
      });
      const title = `no-op up of the dev stack (${way})`;
      found.push(
        await compare(side("dev stack", own), side("hand-written program", plain), {
          title,
          runs,
          goal: GOAL,
          progress,
        }),
      );
    }
  } finally {
    await engine.destroy(plain).catch(() => {});
  }
  return found;
}
