import { type ChildProcess, spawn } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { finish } from "./child";
import { BenchEngine } from "./engine";
import { firstAnswer, nobodyListens } from "./firstAnswer";
import { type Comparison, compare } from "./measure";
import { freePorts } from "./ports";
import type { Benchmark, Settings } from "./settings";
import { example, Workspace } from "./workspace";

/** From the command to the first successful tools/call, caches warm: an `up` from nothing against the server by hand. */
export const firstCall: Benchmark = {
  name: "first-call",
  summary: "from `up` to the first tools/call against starting the same server by hand",
  async run(settings: Settings): Promise<Comparison[]> {
    const comparisons: Comparison[] = [];
    for (const name of ["node-server", "python-server"]) comparisons.push(await measureServer(name, settings));
    return comparisons;
  },
};

async function measureServer(name: string, { runs, progress }: Settings): Promise<Comparison> {
  const workspace = new Workspace();
  const engine = await BenchEngine.open(workspace);
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const root = workspace.ownProject(name, [{ name, source: example(name), port, metricsPort }]);
  const [way] = engine.ways;
  if (!way) throw new Error("There is no way to run the engine.");
  const title = `first call, ${name}`;
  try {
    progress(`${title}: filling the caches`);
    await engine.createStack(root);
    await finish(engine.up(root, way));
    const byHand = await sameByHand(engine, root, workspace);
    await engine.destroy(root);
    const deployed = {
      name: `${way}, nothing deployed before`,
      run: async () => {
        await nobodyListens(port);
        const started = performance.now();
        // Asked while it runs, as a waiting client would: the answer may come before `up` has ended.
        const ended = finish(engine.up(root, way));
        const took = await Promise.race([firstAnswer(port, started), ended.then(() => firstAnswer(port, started))]);
        await ended;
        await engine.destroy(root);
        return took;
      },
    };
    const started = { name: "started by hand", run: () => startByHand(byHand, port) };
    return await compare(deployed, started, { title, runs, progress, notes: ["reported, without a goal"] });
  } finally {
    await engine.destroy(root).catch(() => {});
    workspace.remove();
  }
}

interface Launch {
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** The command that `up` ran, on a copy of the release, with the same environment of dependencies. */
async function sameByHand(engine: BenchEngine, root: string, workspace: Workspace): Promise<Launch> {
  const [inputs] = await engine.inputsOf(root, ":Process");
  if (!inputs) throw new Error("There is no process in the stack's state.");
  const { command, args, cwd, env } = inputs as unknown as Omit<Launch, "env"> & { env: Record<string, string> };
  const copy = join(workspace.folder, "by-hand");
  cpSync(cwd, copy, { recursive: true, verbatimSymlinks: true });
  const moved = (text: string) => text.replaceAll(cwd, copy);
  const own = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, moved(value)]));
  return {
    command: moved(command),
    args: args.map(moved),
    cwd: copy,
    env: { PATH: process.env.PATH, HOME: workspace.home, ...own },
  };
}

async function startByHand({ command, args, cwd, env }: Launch, port: number): Promise<number> {
  await nobodyListens(port);
  const started = performance.now();
  const server = spawn(command, args, { cwd, env, stdio: "ignore" });
  try {
    const failed = new Promise<never>((_, reject) => {
      server.on("error", reject);
      server.on("exit", (code) => reject(new Error(`${command} ended with exit code ${code}.`)));
    });
    failed.catch(() => {});
    return await Promise.race([firstAnswer(port, started), failed]);
  } finally {
    await end(server);
  }
}

function end(server: ChildProcess): Promise<unknown> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  const ended = new Promise((resolve) => server.on("exit", resolve));
  server.kill("SIGTERM");
  return ended;
}
