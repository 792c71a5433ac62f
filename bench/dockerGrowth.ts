import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eject } from "../components/image/eject";
import { resolve } from "../components/server";
import { finish } from "./child";
import { ComposeProject, composeServices } from "./compose";
import { cleanUp, needCompose, needDocker, needPlugins, removeVolumes } from "./docker";
import { dockerConfig, handwritten, makeServers, type StackServer } from "./dockerStack";
import { BenchEngine, type Way } from "./engine";
import { type Comparison, compare } from "./measure";
import type { Benchmark, Settings } from "./settings";
import { example, Workspace } from "./workspace";

const GOAL_NOOP = 1.15;
const GOAL_FIRST = 1.2;

/** So many containers are started. */
const DEPLOYED = [1, 10];

/** So many are previewed only: starting them takes minutes. */
const PREVIEWED = 50;

/** A first `up` of ten takes half a minute. */
const FIRST_RUNS = 3;

/** How a Docker stack grows: 1, 10 and 50 containers of one image. */
export const dockerGrowth: Benchmark = {
  name: "docker-growth",
  summary: "1, 10 and 50 containers of one image, against a hand-written program and docker compose",
  async run(settings: Settings): Promise<Comparison[]> {
    needDocker();
    await needPlugins();
    needCompose();
    const found: Comparison[] = [];
    for (const count of DEPLOYED) {
      found.push(...(await inStack(count, (stack) => deployed(stack, settings))));
    }
    found.push(...(await inStack(PREVIEWED, (stack) => previewed(stack, settings))));
    return found;
  },
};

interface Stack {
  workspace: Workspace;
  engine: BenchEngine;
  way: Way;
  own: string;
  servers: StackServer[];
}

async function inStack(count: number, run: (stack: Stack) => Promise<Comparison[]>): Promise<Comparison[]> {
  const workspace = new Workspace();
  const engine = await BenchEngine.open(workspace);
  const servers = await makeServers(Array<string>(count).fill(sameImage(workspace)));
  const own = workspace.ownProject("own", servers, dockerConfig(false));
  const [way] = engine.ways;
  if (!way) throw new Error("There is no way to run the engine.");
  try {
    await engine.createStack(own);
    await finish(engine.preview(own)); // It writes the build contexts, which the other sides take.
    return await run({ workspace, engine, way, own, servers });
  } finally {
    await engine.destroy(own).catch(() => {});
    cleanUp();
    workspace.remove();
  }
}

/** A server with a Dockerfile of its own: the same image whatever the server is called. */
function sameImage(workspace: Workspace): string {
  const source = join(workspace.folder, "source");
  mkdirSync(source);
  cpSync(example("node-server"), source, { recursive: true });
  for (const { path, text } of eject(resolve("server", { source }), {})) writeFileSync(join(source, path), text);
  return source;
}

async function deployed(stack: Stack, { runs, progress }: Settings): Promise<Comparison[]> {
  const { workspace, engine, way, own, servers } = stack;
  const count = servers.length;
  const of = `${count} server${count > 1 ? "s" : ""}`;
  const others = await makeServers(servers.map(() => ""));
  const moved = servers.map((server, index) => ({ ...server, port: others[index]?.port ?? 0 }));
  const plain = handwritten(workspace, "plain", own, moved, false);
  await engine.createStack(plain);
  const compose = new ComposeProject(workspace.folder, composeServices(own, servers, { redis: false, built: true }));
  progress(`docker growth, ${of}: building the image`);
  for (const root of [own, plain]) await finish(engine.up(root, way));
  const side = (name: string, root: string) => ({
    name,
    run: async () => (await finish(engine.up(root, way))).milliseconds,
  });
  const title = `docker growth, no-op up of ${of} (${way})`;
  try {
    for (const root of [plain, own]) await engine.expectNoChanges(root);
    const noop = await compare(side(of, own), side("hand-written program", plain), {
      title,
      runs,
      goal: GOAL_NOOP,
      progress,
    });
    await engine.destroy(plain);
    await engine.destroy(own);
    removeVolumes();
    return [noop, await first(stack, of, compose, progress)];
  } finally {
    await engine.destroy(plain).catch(() => {});
  }
}

function first({ engine, way, own }: Stack, of: string, compose: ComposeProject, progress: Settings["progress"]) {
  const subject = async () => {
    const { milliseconds } = await finish(engine.up(own, way));
    await engine.destroy(own);
    removeVolumes();
    return milliseconds;
  };
  const reference = async () => {
    const { milliseconds } = await finish(compose.up("--wait"));
    await finish(compose.down());
    return milliseconds;
  };
  return compare(
    { name: `${of} (${way})`, run: subject },
    { name: "docker compose up -d --wait", run: reference },
    {
      title: `docker growth, first up of ${of}, image built`,
      runs: FIRST_RUNS,
      warmUp: false,
      goal: GOAL_FIRST,
      progress,
    },
  );
}

async function previewed(
  { workspace, engine, own, servers }: Stack,
  { runs, progress }: Settings,
): Promise<Comparison[]> {
  const plain = handwritten(workspace, "plain", own, servers, false);
  await engine.createStack(plain);
  const side = (name: string, root: string) => ({
    name,
    run: async () => (await finish(engine.preview(root))).milliseconds,
  });
  const title = `docker growth, first preview of ${PREVIEWED} servers`;
  return [
    await compare(side(`${PREVIEWED} servers`, own), side("hand-written program", plain), {
      title,
      runs,
      goal: GOAL_NOOP,
      progress,
    }),
  ];
}
