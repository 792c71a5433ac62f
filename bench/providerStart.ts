import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Comparison, compare } from "./measure";
import type { Benchmark, Settings } from "./settings";
import { REPOSITORY, Workspace } from "./workspace";

const GOAL = 0.5;

/** The provider `mcp`, from its start until it says on which port it listens, against Pulumi's own for dynamic resources. */
export const providerStart: Benchmark = {
  name: "provider-start",
  summary: "the provider's process until its port, against that of Pulumi's dynamic provider",
  async run({ runs, progress }: Settings): Promise<Comparison[]> {
    const workspace = new Workspace();
    const root = workspace.project("provider", "");
    const side = (name: string, main: string) => ({ name, run: () => untilPort(main, root, workspace.envOf(root)) });
    try {
      const own = side("provider mcp", join(REPOSITORY, "dist/provider/main.js"));
      const dynamic = side("dynamic provider", require.resolve("@pulumi/pulumi/cmd/dynamic-provider"));
      return [await compare(own, dynamic, { title: "provider, from exec to its port", runs, goal: GOAL, progress })];
    } finally {
      workspace.remove();
    }
  },
};

/** Starts it with an engine's address, which it does not call before it serves. */
async function untilPort(main: string, cwd: string, env: NodeJS.ProcessEnv): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [main, "127.0.0.1:1"], {
    cwd,
    env: { ...env, NODE_COMPILE_CACHE: undefined },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [port] = (await once(child.stdout, "data")) as [Buffer];
    const took = performance.now() - started;
    if (!/^\d+\n$/.test(port.toString())) throw new Error(`${main} says no port but: ${port}`);
    return took;
  } finally {
    child.kill("SIGKILL");
  }
}
