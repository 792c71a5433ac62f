import { finish } from "./child";
import { cleanUp, needDocker, needPlugins } from "./docker";
import { dockerConfig, makeServers, REDIS, type StackServer } from "./dockerStack";
import { BenchEngine, type Way } from "./engine";
import type { Comparison } from "./measure";
import type { Settings } from "./settings";
import { example, Workspace } from "./workspace";

/** The dev stack, deployed: two servers and Redis. */
export interface DevStack {
  workspace: Workspace;
  engine: BenchEngine;
  /** The plainest way that this machine has. */
  way: Way;
  own: string;
  servers: StackServer[];
  settings: Settings;
}

/** Deploys the dev stack under names of this run, and removes everything afterwards. */
export async function withDevStack(
  settings: Settings,
  measure: (stack: DevStack) => Promise<Comparison[]>,
): Promise<Comparison[]> {
  needDocker();
  await needPlugins();
  const workspace = new Workspace();
  const engine = await BenchEngine.open(workspace);
  const servers = await makeServers([example("python-server"), example("node-server")], { services: [REDIS] });
  const own = workspace.ownProject("own", servers, dockerConfig(true));
  const [way] = engine.ways;
  if (!way) throw new Error("There is no way to run the engine.");
  try {
    settings.progress("deploying the dev stack");
    await engine.createStack(own);
    await finish(engine.up(own, way));
    return await measure({ workspace, engine, way, own, servers, settings });
  } finally {
    await engine.destroy(own).catch(() => {});
    cleanUp();
    workspace.remove();
  }
}
