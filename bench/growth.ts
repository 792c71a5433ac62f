import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { finish } from "./child";
import { BenchEngine } from "./engine";
import { type Comparison, compare } from "./measure";
import type { Benchmark, Settings } from "./settings";
import { Workspace } from "./workspace";

const GOAL = 2.1;
const FEWER = 100;
const MORE = 200;

/** How the time grows with the number of servers: the first preview of a stack with twice as many. */
export const growth: Benchmark = {
  name: "growth",
  summary: `preview of ${MORE} servers against ${FEWER}`,
  async run({ runs, progress }: Settings): Promise<Comparison[]> {
    const workspace = new Workspace();
    try {
      const engine = await BenchEngine.open(workspace);
      const side = async (count: number) => {
        progress(`growth: making ${count} servers`);
        const root = workspace.ownProject(`servers-${count}`, makeServers(workspace, count));
        await engine.createStack(root);
        return { name: `${count} servers`, run: async () => (await finish(engine.preview(root))).milliseconds };
      };
      const found = await compare(await side(MORE), await side(FEWER), {
        title: "growth, preview of a new stack",
        runs,
        goal: GOAL,
        progress,
      });
      const each = (found.subject.median - found.reference.median) / (MORE - FEWER);
      return [{ ...found, notes: [`${each.toFixed(0)} ms for each server more`] }];
    } finally {
      workspace.remove();
    }
  },
};

/** A folder for each server, as people write a small one. */
function makeServers(workspace: Workspace, count: number): object[] {
  const folder = join(workspace.folder, `sources-${count}`);
  return Array.from({ length: count }, (_, index) => {
    const name = `server-${index}`;
    const source = join(folder, name);
    mkdirSync(source, { recursive: true });
    writeFileSync(join(source, "requirements.txt"), "fastmcp==4.1.2\n");
    writeFileSync(join(source, "server.py"), serverSource(name));
    return { name, source };
  });
}

const serverSource = (name: string) => `from fastmcp import FastMCP

mcp = FastMCP("${name}")


@mcp.tool
def echo(text: str) -> str:
    """Return the text."""
    return text


if __name__ == "__main__":
    mcp.run()
`;
